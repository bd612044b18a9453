// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * All that a run of the breaker left behind. Times are of one wall clock.
 *
 * @param asked what operators asked for
 * @param recorded what the server says
 * @param traces what hooks did, each node's in the order of its file
 * @param mishaps what was broken
 * @param presences the sessions
 * @param outputs large output
 * @param deeds what operators did beside dispatching
 * @param idempotent the actions that may run again where their agent died in a run
 * @param calm when the last fault had been mended
 * @param collected when the server was asked
 */
public record Evidence(
    List<Asked> asked,
    List<Recorded> recorded,
    List<Trace> traces,
    List<Mishap> mishaps,
    List<Presence> presences,
    Outputs outputs,
    Deeds deeds,
    Set<String> idempotent,
    Instant calm,
    Instant collected) {
  /** Copies the lists. */
  public Evidence {
    asked = List.copyOf(asked);
    recorded = List.copyOf(recorded);
    traces = List.copyOf(traces);
    mishaps = List.copyOf(mishaps);
    presences = List.copyOf(presences);
    idempotent = Set.copyOf(idempotent);
  }

  /** Returns the same, as if no journal had been copied. */
  Evidence withoutCopies() {
    return new Evidence(
        asked,
        recorded,
        traces,
        mishaps.stream().filter(mishap -> !Copies.isCopy(mishap.kind())).toList(),
        presences,
        outputs,
        deeds,
        idempotent,
        calm,
        collected);
  }
}

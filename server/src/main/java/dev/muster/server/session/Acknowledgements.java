// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.session.SessionOutbound.Acknowledgement;
import dev.muster.server.session.SessionOutbound.RefusedCallback;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts decided callbacks back into the order in which they came, so that one number acknowledges
 * all below it: a repeat is never acknowledged before the report that it repeats is durable. Used
 * on the session's executor only.
 */
final class Acknowledgements {
  private final TreeMap<Long, Outcome> decided = new TreeMap<>();
  private long received;
  private long through;

  /** Notes that a callback came; returns whether its sequence is the next. */
  boolean received(long sequence) {
    if (sequence != received + 1) {
      return false;
    }
    received = sequence;
    return true;
  }

  /** Returns how many have come and are not acknowledged. */
  long open() {
    return received - through;
  }

  void applied(long sequence) {
    decided.put(sequence, Outcome.APPLIED);
  }

  void repeated(long sequence) {
    decided.put(sequence, Outcome.REPEATED);
  }

  void refused(RefusedCallback refusal) {
    decided.put(refusal.sequence(), new Outcome(false, refusal));
  }

  /** Returns what can be acknowledged now, once. */
  Optional<Acknowledgement> next() {
    List<Long> repeated = new ArrayList<>(0);
    List<RefusedCallback> refused = new ArrayList<>(0);
    long before = through;
    @Nullable Outcome outcome = decided.remove(through + 1);
    while (outcome != null) {
      through++;
      if (outcome.repeated) {
        repeated.add(through);
      }
      if (outcome.refusal != null) {
        refused.add(outcome.refusal);
      }
      outcome = decided.remove(through + 1);
    }
    return through == before
        ? Optional.empty()
        : Optional.of(new Acknowledgement(through, repeated, refused));
  }

  private record Outcome(boolean repeated, @Nullable RefusedCallback refusal) {
    static final Outcome APPLIED = new Outcome(false, null);
    static final Outcome REPEATED = new Outcome(true, null);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.report;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import java.util.Set;
import java.util.TreeSet;

/** What became of a report. */
public sealed interface ReportOutcome {
  /** It is durable. */
  record Applied(Invocation invocation) implements ReportOutcome {}

  /** All of it was in the history: nothing changed. */
  record Repeated(InvocationState state) implements ReportOutcome {}

  /** A step of it is not legal: nothing changed. */
  record Refused(InvocationState state, InvocationState reported, Set<InvocationState> legalFrom)
      implements ReportOutcome {
    /** Copies the set. */
    public Refused {
      legalFrom = Set.copyOf(legalFrom);
    }
  }

  /** Returns the refusal in words: what happened, where it would have been legal. */
  static BusException refusal(InvocationId id, Refused refused) {
    Set<InvocationState> legalFrom = new TreeSet<>(refused.legalFrom());
    String where = legalFrom.isEmpty() ? "nowhere" : "only in " + words(legalFrom);
    return BusException.of(ErrorReason.INVALID_STATE_TRANSITION)
        .message(
            "Invocation "
                + id
                + " is "
                + refused.state()
                + "; "
                + refused.reported()
                + " is accepted "
                + where
                + ".")
        .with("outcome", "REFUSED")
        .with("invocation_id", id)
        .with("state", refused.state())
        .with("reported", refused.reported())
        .with("legal_from", words(legalFrom))
        .build();
  }

  /** Returns in words that a report repeats what is recorded. */
  static BusException repetition(InvocationId id, Repeated repeated) {
    return BusException.of(ErrorReason.INVALID_STATE_TRANSITION)
        .message(
            "Invocation "
                + id
                + " is "
                + repeated.state()
                + "; what was reported is in its history already, nothing changed.")
        .with("outcome", "REPEATED")
        .with("invocation_id", id)
        .with("state", repeated.state())
        .build();
  }

  private static String words(Set<InvocationState> states) {
    return String.join(",", states.stream().map(Enum::name).toList());
  }
}

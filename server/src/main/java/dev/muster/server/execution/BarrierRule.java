// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import dev.muster.server.invocation.InvocationState;
import java.time.Instant;

/**
 * Decides on a barrier that waits: opens it, lets it wait, or gives up. Pure. Asked inside the very
 * commit that moves the execution, with what that commit sees.
 */
public final class BarrierRule {
  private BarrierRule() {}

  /** What becomes of a barrier. */
  public enum Verdict {
    /** The quorum stands: everyone who is ready executes. */
    OPEN,
    /** It may still come to stand. */
    WAIT,
    /** Its time is over and it does not stand. */
    TOO_LATE,
    /** So many can no longer get ready that it will never stand. */
    OUT_OF_REACH
  }

  /**
   * Decides.
   *
   * @param quorum how many must be ready
   * @param ready how many are PREPARED with a live session and a reservation that has not lapsed
   * @param counts of the whole cohort, in this commit
   * @param deadline by when the quorum has to stand; it does not stand a moment later
   */
  public static Verdict decide(
      int quorum, int ready, InvocationCounts counts, Instant deadline, Instant now) {
    if (ready < 0 || ready > counts.in(InvocationState.PREPARED)) {
      throw new IllegalArgumentException(ready + " ready of " + counts);
    }
    if (!now.isBefore(deadline)) {
      return Verdict.TOO_LATE;
    }
    if (ready >= quorum) {
      return Verdict.OPEN;
    }
    return reachable(counts) < quorum ? Verdict.OUT_OF_REACH : Verdict.WAIT;
  }

  /** Returns whether it is worth counting who is ready, or the end is near anyway. */
  public static boolean isDecidable(
      int quorum, InvocationCounts counts, Instant deadline, Instant now) {
    return !now.isBefore(deadline)
        || counts.in(InvocationState.PREPARED) >= quorum
        || reachable(counts) < quorum;
  }

  /** Whoever has not settled may get ready, or ready again. */
  private static int reachable(InvocationCounts counts) {
    return counts.in(InvocationState.PENDING)
        + counts.in(InvocationState.PREPARING)
        + counts.in(InvocationState.PREPARED);
  }
}

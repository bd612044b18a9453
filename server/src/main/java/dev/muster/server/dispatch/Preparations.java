// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Preparation;
import dev.muster.server.execution.PrepareMode;
import dev.muster.server.execution.PreparePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/** Holds what an operator asks of a PREPARE against the cohort and the clock. Pure. */
final class Preparations {
  private Preparations() {}

  /**
   * Returns how the nodes of a cohort get ready. What may not start any more need not get ready, so
   * the deadline is never behind the end of {@code startWithin}; zero of it says nothing of that.
   *
   * @throws BusException LIMIT_OUT_OF_RANGE for a quorum above the cohort
   */
  static Preparation of(
      DispatchCommand command,
      int cohortSize,
      Duration startWithin,
      Instant expireTime,
      Instant now) {
    PreparePolicy policy = command.prepare();
    if (policy.mode() == PrepareMode.NONE) {
      return Preparation.NONE;
    }
    if (policy.quorumCount() > cohortSize) {
      throw BusException.of(ErrorReason.LIMIT_OUT_OF_RANGE)
          .message(
              "The quorum is "
                  + policy.quorumCount()
                  + ", and the cohort has only "
                  + cohortSize
                  + " nodes.")
          .with("quorum", policy.quorumCount())
          .with("cohort_size", cohortSize)
          .violation("prepare.quorum_count", "at most " + cohortSize + ", the size of the cohort")
          .build();
    }
    Instant startEnd = startWithin.isZero() ? Instant.MAX : now.plus(startWithin);
    Instant deadline =
        Stream.of(now.plus(policy.within()), startEnd, expireTime)
            .min(Instant::compareTo)
            .orElseThrow();
    return new Preparation(policy, deadline);
  }
}

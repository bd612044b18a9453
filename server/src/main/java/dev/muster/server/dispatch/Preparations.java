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
   * @param eligible nodes of the cohort that passed the gates
   * @throws BusException LIMIT_OUT_OF_RANGE for a quorum above the cohort
   */
  static Preparation of(
      DispatchCommand command,
      int cohortSize,
      int eligible,
      Duration startWithin,
      Instant expireTime,
      Instant now) {
    PreparePolicy policy = command.prepare();
    if (policy.mode() == PrepareMode.NONE) {
      return Preparation.NONE;
    }
    if (policy.quorumCount() > eligible) {
      throw BusException.of(ErrorReason.LIMIT_OUT_OF_RANGE)
          .message(
              "The quorum is "
                  + policy.quorumCount()
                  + ", and the cohort has only "
                  + eligible
                  + " nodes.")
          .with("quorum", policy.quorumCount())
          .with("cohort_size", eligible)
          .violation("prepare.quorum_count", "at most " + eligible + ", the size of the cohort")
          .build();
    }
    Instant startEnd = startWithin.isZero() ? Instant.MAX : now.plus(startWithin);
    Instant deadline =
        Stream.of(now.plus(policy.within()), startEnd, expireTime)
            .min(Instant::compareTo)
            .orElseThrow();
    return new Preparation(eligible < cohortSize ? ofFit(policy, eligible) : policy, deadline);
  }

  /** Nodes that were set aside never get ready: a share is one of the others, kept as a number. */
  private static PreparePolicy ofFit(PreparePolicy policy, int eligible) {
    return policy.mode() == PrepareMode.BARRIER
        ? new PreparePolicy(policy.mode(), policy.quorumOf(eligible), 0, policy.within())
        : policy;
  }
}

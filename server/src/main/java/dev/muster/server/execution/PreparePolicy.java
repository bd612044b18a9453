// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import java.time.Duration;

/**
 * How nodes get ready, as an operator asks for it.
 *
 * @param mode whether and how
 * @param quorumCount how many nodes must be PREPARED; 0: the percentage tells
 * @param quorumPercent how much of the cohort must be PREPARED, rounded up; 0: the count tells
 * @param within how long that may take
 */
public record PreparePolicy(PrepareMode mode, int quorumCount, int quorumPercent, Duration within) {
  /** No PREPARE. */
  public static final PreparePolicy NONE = new PreparePolicy(PrepareMode.NONE, 0, 0, Duration.ZERO);

  /** Checks that a barrier has exactly one quorum, and nothing else has any. */
  public PreparePolicy {
    boolean counts = quorumCount > 0 && quorumPercent == 0;
    boolean percents = quorumCount == 0 && quorumPercent > 0 && quorumPercent <= 100;
    boolean neither = quorumCount == 0 && quorumPercent == 0;
    if (mode == PrepareMode.BARRIER ? !(counts || percents) : !neither) {
      throw new IllegalArgumentException(
          mode + " with a quorum of " + quorumCount + " or " + quorumPercent + " %");
    }
  }

  /** Returns how many nodes of a cohort must be PREPARED for the barrier to open; at least one. */
  public int quorumOf(int cohortSize) {
    return quorumCount > 0
        ? quorumCount
        : Math.max(1, Math.toIntExact(((long) cohortSize * quorumPercent + 99) / 100));
  }
}

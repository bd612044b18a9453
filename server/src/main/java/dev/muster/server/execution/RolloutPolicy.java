// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import java.time.Duration;

/**
 * In what portions an execution goes out, as an operator asks for it. Shares of the cohort are
 * rounded down, so that neither too many run at once nor too many fail, but are at least one node.
 *
 * @param maxParallelCount how many nodes run at once; 0: the percentage tells
 * @param maxParallelPercent how much of the cohort runs at once; 0 with no count: all
 * @param canary how many nodes go first and must all succeed before the rest; 0: none
 * @param maxFailuresCount how many failures pause it; 0: the percentage tells
 * @param maxFailuresPercent how much of the cohort failing pauses it; 0 with no count: no bound
 * @param pauseBetween how long to wait between two waves
 */
public record RolloutPolicy(
    int maxParallelCount,
    int maxParallelPercent,
    int canary,
    int maxFailuresCount,
    int maxFailuresPercent,
    Duration pauseBetween) {
  /** To everyone at once, however many fail. */
  public static final RolloutPolicy NONE = new RolloutPolicy(0, 0, 0, 0, 0, Duration.ZERO);

  /** Checks that nothing is below zero or said twice, and that a pause stands between two waves. */
  public RolloutPolicy {
    boolean sound =
        isPortion(maxParallelCount, maxParallelPercent)
            && isPortion(maxFailuresCount, maxFailuresPercent)
            && canary >= 0
            && !pauseBetween.isNegative()
            && (pauseBetween.isZero()
                || maxParallelCount > 0
                || maxParallelPercent > 0
                || canary > 0);
    if (!sound) {
      throw new IllegalArgumentException(
          "at once %d or %d %%, canary %d, failures %d or %d %%, pause %s"
              .formatted(
                  maxParallelCount,
                  maxParallelPercent,
                  canary,
                  maxFailuresCount,
                  maxFailuresPercent,
                  pauseBetween));
    }
  }

  private static boolean isPortion(int count, int percent) {
    return count >= 0 && percent >= 0 && percent <= 100 && (count == 0 || percent == 0);
  }

  /** Returns whether it asks for anything. */
  public boolean isAsked() {
    return isInWaves() || isBudgeted();
  }

  /** Returns whether some nodes have to wait for others. */
  public boolean isInWaves() {
    return maxParallelCount > 0 || maxParallelPercent > 0 || canary > 0;
  }

  /** Returns whether failures pause it. */
  public boolean isBudgeted() {
    return maxFailuresCount > 0 || maxFailuresPercent > 0;
  }

  /** Returns how many of these nodes run at once. */
  public int parallelOf(int nodes) {
    if (maxParallelCount == 0 && maxParallelPercent == 0) {
      return Math.max(1, nodes);
    }
    return portion(maxParallelCount, maxParallelPercent, nodes);
  }

  /** Returns how many failures among these nodes pause it; only where it {@link #isBudgeted}. */
  public int failuresOf(int nodes) {
    return portion(maxFailuresCount, maxFailuresPercent, nodes);
  }

  private static int portion(int count, int percent, int nodes) {
    return count > 0 ? count : Math.max(1, Math.toIntExact((long) nodes * percent / 100));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.wire.Limits;
import java.time.Duration;

/**
 * How runs are run.
 *
 * @param slots how many go on at once, 1 to 64
 * @param stopGrace how long a run has between the signal to stop and force, where nobody says
 * @param reportDelay how long the first steps of a run wait for its result, so that a quick one is
 *     told in one callback
 */
public record RunSettings(int slots, Duration stopGrace, Duration reportDelay) {
  /** How long the first steps wait for the result. */
  public static final Duration REPORT_DELAY = Duration.ofMillis(30);

  /** Checks the bounds. */
  public RunSettings {
    if (slots < 1 || slots > Limits.MAX_SLOTS) {
      throw new IllegalArgumentException("slots are from 1 to " + Limits.MAX_SLOTS);
    }
    if (stopGrace.isNegative() || stopGrace.compareTo(Limits.MAX_CANCEL_GRACE) > 0) {
      throw new IllegalArgumentException("a grace is from 0 to 10 minutes");
    }
  }
}

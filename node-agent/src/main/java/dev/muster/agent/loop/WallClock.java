// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.loop;

import java.time.Duration;
import java.time.InstantSource;

/**
 * The wall clock of the machine. For tests it can be put wrong, by the system property {@value
 * #SKEW} (such as {@code PT-3H}): deadlines go by the server's time, so nothing may come of that.
 */
public final class WallClock {
  private static final String SKEW = "muster.agent.clock-skew";

  private WallClock() {}

  /** Returns the clock of this process. */
  public static InstantSource ofProcess() {
    Duration skew = Duration.parse(System.getProperty(SKEW, "PT0S"));
    return skew.isZero()
        ? InstantSource.system()
        : InstantSource.offset(InstantSource.system(), skew);
  }
}

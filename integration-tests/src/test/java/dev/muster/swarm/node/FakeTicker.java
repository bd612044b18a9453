// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import java.time.Duration;

/** Elapsed time that a test moves on; a wheel goes with it. */
final class FakeTicker {
  private static final Duration STEP = Duration.ofMillis(1);

  private long nanos;
  private final TimerWheel wheel = new TimerWheel(() -> nanos);

  TimerWheel wheel() {
    return wheel;
  }

  void advance(Duration time) {
    long end = nanos + time.toNanos();
    while (nanos < end) {
      // In steps, so that what fires sees its own time.
      nanos = Math.min(end, nanos + STEP.toNanos());
      wheel.advance();
    }
  }
}

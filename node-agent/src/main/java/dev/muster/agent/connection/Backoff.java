// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * How long to wait before the next attempt: anything between nothing and a bound that doubles from
 * 1 s to 60 s (full jitter), so that a fleet does not come back all at once. A connection that held
 * for a minute starts it over. Not thread-safe.
 */
final class Backoff {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final Duration STABLE = Duration.ofSeconds(60);

  private final LongSupplier nanos;
  private final DoubleSupplier random;
  private int failures;
  private boolean connected;
  private long connectedAt;

  /**
   * Starts with the shortest wait.
   *
   * @param nanos a time that only grows
   * @param random from 0 to below 1
   */
  Backoff(LongSupplier nanos, DoubleSupplier random) {
    this.nanos = nanos;
    this.random = random;
  }

  /** A connection stands. */
  void connected() {
    connected = true;
    connectedAt = nanos.getAsLong();
  }

  /** A connection ended, or could not be made. */
  Duration next() {
    if (connected && nanos.getAsLong() - connectedAt >= STABLE.toNanos()) {
      failures = 0;
    }
    connected = false;
    Duration bound = failures < 6 ? FIRST.multipliedBy(1L << failures) : LONGEST;
    failures++;
    Duration capped = bound.compareTo(LONGEST) < 0 ? bound : LONGEST;
    return Duration.ofNanos((long) (capped.toNanos() * random.getAsDouble()));
  }
}

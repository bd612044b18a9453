// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Grows the pause between attempts: doubling from the first to the longest, half of each at random.
 */
public final class Backoff {
  private final Duration first;
  private final Duration longest;
  private final RandomGenerator random;
  private int attempts;

  /** Makes a backoff. */
  public Backoff(Duration first, Duration longest, RandomGenerator random) {
    this.first = first;
    this.longest = longest;
    this.random = random;
  }

  /** Returns the next pause. */
  public Duration next() {
    long cap = longest.toNanos();
    long full = attempts > 30 ? cap : Math.min(cap, first.toNanos() << attempts);
    attempts++;
    return Duration.ofNanos(full / 2 + (long) (random.nextDouble() * (full / 2.0)));
  }

  /** Begins anew after a success. */
  public void reset() {
    attempts = 0;
  }
}

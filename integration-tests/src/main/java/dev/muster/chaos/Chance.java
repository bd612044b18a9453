// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Seeded chance of one actor: what it draws depends on nobody else. Not thread-safe. */
final class Chance {
  private static final double PERCENT = 100;

  private final Random random;

  /** Makes the chance of an actor. */
  Chance(long seed, String actor) {
    random = new Random(seed * 31 + actor.hashCode());
  }

  /** Returns true in so many of 100 cases. */
  boolean percent(int percent) {
    return random.nextDouble() * PERCENT < percent;
  }

  /** Returns a number from one to the other, both included. */
  int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  /** Returns a span of so many milliseconds. */
  Duration millis(int least, int most) {
    return Duration.ofMillis(between(least, most));
  }

  /** Returns a span of so many microseconds. */
  Duration micros(int least, int most) {
    return Duration.ofNanos(between(least, most) * 1_000L);
  }

  /** Returns one of several. */
  <T> T oneOf(List<T> several) {
    return several.get(random.nextInt(several.size()));
  }

  void fill(byte[] bytes) {
    random.nextBytes(bytes);
  }
}

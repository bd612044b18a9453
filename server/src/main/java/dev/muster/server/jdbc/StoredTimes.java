// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import java.time.Duration;
import java.time.Instant;

/** Instants and durations as the store keeps them: whole microseconds, rounded down. */
final class StoredTimes {
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final int NANOS_PER_MICRO = 1_000;

  private StoredTimes() {}

  static long micros(Instant time) {
    return micros(time.getEpochSecond(), time.getNano());
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS_PER_SECOND),
        Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO);
  }

  static long micros(Duration span) {
    return micros(span.toSeconds(), span.toNanosPart());
  }

  static Duration duration(long micros) {
    return Duration.ofSeconds(
        Math.floorDiv(micros, MICROS_PER_SECOND),
        Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO);
  }

  private static long micros(long seconds, int nanos) {
    return Math.addExact(Math.multiplyExact(seconds, MICROS_PER_SECOND), nanos / NANOS_PER_MICRO);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;

/** Times as the wire tells them, and back. What is out of range is brought into it. */
public final class WireTimes {
  private static final long EARLIEST = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
  private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

  private WireTimes() {}

  /** Returns the instant. */
  public static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(
        Math.max(EARLIEST, Math.min(LATEST, timestamp.getSeconds())),
        Math.max(0, Math.min(999_999_999, timestamp.getNanos())));
  }

  /** Returns the span. */
  public static Duration duration(com.google.protobuf.Duration duration) {
    long seconds = Math.max(-LATEST, Math.min(LATEST, duration.getSeconds()));
    return Duration.ofSeconds(seconds, duration.getNanos());
  }

  /** Returns how the wire tells this instant. */
  public static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}

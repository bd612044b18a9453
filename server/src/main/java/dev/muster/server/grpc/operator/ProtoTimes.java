// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.muster.server.error.Faults;
import java.time.Instant;

/** Times and spans, to the wire and from it. */
final class ProtoTimes {
  private static final int MAX_NANOS = 999_999_999;
  private static final long MAX_SPAN_SECONDS = 315_576_000_000L;
  private static final Instant LEAST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant MOST = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private ProtoTimes() {}

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  static Duration duration(java.time.Duration span) {
    return Duration.newBuilder().setSeconds(span.getSeconds()).setNanos(span.getNano()).build();
  }

  /**
   * Returns the instant that a field holds.
   *
   * @throws dev.muster.server.error.BusException FIELD_INVALID where it holds none
   */
  static Instant instant(String field, Timestamp timestamp) {
    if (timestamp.getNanos() < 0
        || timestamp.getNanos() > MAX_NANOS
        || timestamp.getSeconds() < LEAST.getEpochSecond()
        || timestamp.getSeconds() > MOST.getEpochSecond()) {
      throw Faults.field(field, "is no time between the years 1 and 9999.");
    }
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  /**
   * Returns the span that a field holds.
   *
   * @throws dev.muster.server.error.BusException FIELD_INVALID where it holds none
   */
  static java.time.Duration span(String field, Duration duration) {
    long seconds = duration.getSeconds();
    int nanos = duration.getNanos();
    boolean signsDiffer = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
    if (signsDiffer
        || Math.abs((long) nanos) > MAX_NANOS
        || seconds > MAX_SPAN_SECONDS
        || seconds < -MAX_SPAN_SECONDS) {
      throw Faults.field(field, "is no duration.");
    }
    return java.time.Duration.ofSeconds(seconds, nanos);
  }
}

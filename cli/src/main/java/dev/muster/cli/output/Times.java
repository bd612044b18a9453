// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** Times and spans for people. */
public final class Times {
  private static final DateTimeFormatter LOCAL =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS XXX");
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private Times() {}

  /** Returns the time of a message. */
  public static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  /** Returns the time to the millisecond in this machine's zone. */
  public static String exact(Timestamp time) {
    return LOCAL.format(instant(time).atZone(ZoneId.systemDefault()));
  }

  /** Returns the time to the second in this machine's zone. */
  public static String toSecond(Timestamp time) {
    return SECONDS.format(instant(time).atZone(ZoneId.systemDefault()));
  }

  /** Returns how long ago it was, such as {@code 3m ago}; {@code now} for the future. */
  public static String ago(Timestamp time, Instant now) {
    Duration age = Duration.between(instant(time), now);
    return age.compareTo(Duration.ofSeconds(1)) < 0
        ? "now"
        : span(age.truncatedTo(ChronoUnit.SECONDS)) + " ago";
  }

  /** Returns the span between two times; never negative. */
  public static String between(Timestamp from, Timestamp to) {
    Duration span = Duration.between(instant(from), instant(to));
    return span(span.isNegative() ? Duration.ZERO : span);
  }

  /**
   * Returns a span in its two largest units, such as {@code 240ms}, {@code 1.5s} or {@code 2h 5m}.
   */
  public static String span(Duration span) {
    long seconds = span.toSeconds();
    if (seconds == 0) {
      return span.toMillis() == 0 ? "0s" : span.toMillis() + "ms";
    }
    if (seconds < 10) {
      long tenths = span.toMillis() / 100 % 10;
      return tenths == 0 ? seconds + "s" : seconds + "." + tenths + "s";
    }
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return units(seconds / 60, "m", seconds % 60, "s");
    }
    if (seconds < 86_400) {
      return units(seconds / 3600, "h", seconds / 60 % 60, "m");
    }
    return units(seconds / 86_400, "d", seconds / 3600 % 24, "h");
  }

  private static String units(long large, String largeUnit, long small, String smallUnit) {
    return large + largeUnit + (small == 0 ? "" : " " + small + smallUnit);
  }
}

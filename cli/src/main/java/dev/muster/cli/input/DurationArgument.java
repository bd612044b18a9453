// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.input;

import com.google.protobuf.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads spans such as {@code 30s}, {@code 1h30m}, {@code 500ms} or {@code 0}. */
public final class DurationArgument implements ITypeConverter<Duration> {
  private static final Pattern FORM =
      Pattern.compile(
          "(?:(\\d{1,5})d)?(?:(\\d{1,6})h)?(?:(\\d{1,7})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");

  @Override
  public Duration convert(String text) {
    if (text.equals("0")) {
      return Duration.getDefaultInstance();
    }
    Matcher matcher = FORM.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      throw new TypeConversionException(
          "\"" + text + "\" is not a span such as 30s, 5m, 1h30m or 2d");
    }
    long seconds =
        86_400 * number(matcher, 1)
            + 3_600 * number(matcher, 2)
            + 60 * number(matcher, 3)
            + number(matcher, 4);
    long millis = number(matcher, 5);
    return Duration.newBuilder()
        .setSeconds(seconds + millis / 1_000)
        .setNanos((int) (millis % 1_000) * 1_000_000)
        .build();
  }

  private static long number(Matcher matcher, int group) {
    String digits = matcher.group(group);
    return digits == null ? 0 : Long.parseLong(digits);
  }
}

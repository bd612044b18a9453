// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values of settings as texts with their origins, read as what they mean. Collects faults; a faulty
 * value reads as its default.
 */
final class SettingValues {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(KiB|MiB|GiB)");

  /** A value as it was written, and who wrote it. */
  record Origin(String value, String where) {}

  private final Map<Setting, Origin> values = new EnumMap<>(Setting.class);
  private final List<String> faults;

  SettingValues(List<String> faults) {
    this.faults = faults;
  }

  void set(Setting setting, String value, String where) {
    values.put(setting, new Origin(value.strip(), where));
  }

  boolean bool(Setting setting) {
    return switch (text(setting)) {
      case "true" -> true;
      case "false" -> false;
      default -> {
        fault(setting, "is true or false");
        yield Boolean.parseBoolean(setting.defaultText());
      }
    };
  }

  int number(Setting setting, int min, int max) {
    try {
      int number = Integer.parseInt(text(setting));
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number out of range is.
    }
    fault(setting, "is a whole number from " + min + " to " + max);
    return Integer.parseInt(setting.defaultText());
  }

  Duration duration(Setting setting, String min, String max) {
    Optional<Duration> duration = parseDuration(text(setting));
    if (duration.isPresent()
        && duration.get().compareTo(parseDuration(min).orElseThrow()) >= 0
        && duration.get().compareTo(parseDuration(max).orElseThrow()) <= 0) {
      return duration.get();
    }
    fault(setting, "is a time from " + min + " to " + max + ", such as " + setting.defaultText());
    return parseDuration(setting.defaultText()).orElseThrow();
  }

  long size(Setting setting, String min, String max) {
    OptionalLong size = parseSize(text(setting));
    if (size.isPresent()
        && size.getAsLong() >= parseSize(min).orElseThrow()
        && size.getAsLong() <= parseSize(max).orElseThrow()) {
      return size.getAsLong();
    }
    fault(setting, "is a size from " + min + " to " + max + ", such as " + setting.defaultText());
    return parseSize(setting.defaultText()).orElseThrow();
  }

  ListenAddress address(Setting setting) {
    Optional<ListenAddress> address = ListenAddress.tryParse(text(setting));
    if (address.isEmpty()) {
      fault(setting, "is host:port, such as " + setting.defaultText());
    }
    return address.or(() -> ListenAddress.tryParse(setting.defaultText())).orElseThrow();
  }

  Optional<ListenAddress> addressOrOff(Setting setting) {
    return text(setting).equals("off") ? Optional.empty() : Optional.of(address(setting));
  }

  Path path(Setting setting) {
    try {
      if (!text(setting).isEmpty()) {
        return Path.of(text(setting));
      }
    } catch (InvalidPathException e) {
      // Told below, as an empty one is.
    }
    fault(setting, "is a path");
    return Path.of(setting.defaultText());
  }

  List<String> names(Setting setting) {
    List<String> names =
        Arrays.stream(text(setting).split(","))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .toList();
    if (names.stream().anyMatch(name -> !name.matches("[A-Za-z0-9.:-]{1,253}"))) {
      fault(setting, "has host names and addresses, without ports, separated by commas");
      return List.of();
    }
    return names;
  }

  void fault(Setting setting, String sentence) {
    Origin origin = values.get(setting);
    faults.add(
        setting.key()
            + " "
            + sentence
            + (origin == null ? "." : ", not '" + origin.value + "' (" + origin.where + ")."));
  }

  private String text(Setting setting) {
    Origin origin = values.get(setting);
    return origin == null ? setting.defaultText() : origin.value;
  }

  private static OptionalLong parseSize(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    int unit =
        switch (matcher.group(2)) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          default -> 30;
        };
    return OptionalLong.of(Long.parseLong(matcher.group(1)) << unit);
  }

  private static Optional<Duration> parseDuration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(count);
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        });
  }
}

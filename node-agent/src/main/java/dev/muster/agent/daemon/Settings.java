// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.daemon;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Settings by name, from three places: the command line comes before the environment ({@code
 * state-dir} is {@code MUSTER_AGENT_STATE_DIR}), and that before the file (lines {@code name =
 * value}). Gathers what is wrong with them. Not thread-safe.
 */
final class Settings {
  private static final String ENVIRONMENT_PREFIX = "MUSTER_AGENT_";

  private final Map<String, String> flags;
  private final Map<String, String> environment;
  private final Map<String, String> file;
  private final List<String> faults = new ArrayList<>();

  Settings(Map<String, String> flags, Map<String, String> environment, Map<String, String> file) {
    this.flags = flags;
    this.environment = environment;
    this.file = file;
  }

  /** Reads a file; what is wrong with it is a fault like any other. */
  static Map<String, String> readFile(Path path, List<String> faults) {
    Properties properties = new Properties();
    try (Reader reader = new StringReader(Files.readString(path, StandardCharsets.UTF_8))) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      faults.add(path + " cannot be read: " + e.getMessage());
    }
    Map<String, String> settings = new TreeMap<>();
    properties.stringPropertyNames().forEach(n -> settings.put(n, properties.getProperty(n)));
    return settings;
  }

  /** Returns a setting as text. */
  Optional<String> text(String name) {
    String variable = ENVIRONMENT_PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
    return Optional.ofNullable(flags.get(name))
        .or(() -> Optional.ofNullable(environment.get(variable)))
        .or(() -> Optional.ofNullable(file.get(name)))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }

  /** Returns a setting as what the parser makes of it; empty, and a fault, if it cannot. */
  <T> Optional<T> value(String name, Function<String, T> parser) {
    return text(name)
        .flatMap(
            text -> {
              try {
                return Optional.of(parser.apply(text));
              } catch (IllegalArgumentException e) {
                fault(name + ": " + e.getMessage());
                return Optional.empty();
              }
            });
  }

  /** Returns the settings of the file whose names begin so, without the beginning. */
  Map<String, String> group(String prefix) {
    Map<String, String> group = new TreeMap<>();
    file.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            group.put(name.substring(prefix.length()), value.strip());
          }
        });
    return group;
  }

  /** Everything in the file must be one of these names, or begin with one of these prefixes. */
  void checkNames(Set<String> names, Set<String> prefixes) {
    for (String name : file.keySet()) {
      if (!names.contains(name) && prefixes.stream().noneMatch(name::startsWith)) {
        fault(
            name
                + " is no setting; there are "
                + String.join(", ", names.stream().sorted().toList()));
      }
    }
  }

  void fault(String fault) {
    faults.add(fault);
  }

  void throwIfFaulty() throws ConfigFaultsException {
    if (!faults.isEmpty()) {
      throw new ConfigFaultsException(faults);
    }
  }
}

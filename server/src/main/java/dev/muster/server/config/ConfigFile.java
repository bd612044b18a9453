// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a settings file: a line for each setting, {@code key = value}; blank lines, and lines that
 * begin with {@code #}, say nothing. Stricter than Java's properties: what it does not know is a
 * fault, and so is a key that is there twice.
 */
final class ConfigFile {
  private ConfigFile() {}

  /** A value, and where in the file it is. */
  record Line(String value, int number) {}

  /** Returns what the file says, by key; adds to the faults what it cannot say. */
  static Map<String, Line> read(Path file, List<String> faults) {
    Map<String, Line> found = new LinkedHashMap<>();
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      faults.add(file + " cannot be read: " + e + ".");
      return found;
    }
    for (int number = 1; number <= lines.size(); number++) {
      String line = lines.get(number - 1).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int equals = line.indexOf('=');
      String key = equals < 0 ? line : line.substring(0, equals).strip();
      String where = file + " line " + number + ": ";
      if (equals < 0) {
        faults.add(where + "expected key = value.");
      } else if (Setting.of(key).isEmpty() || key.indexOf('-') >= 0) {
        faults.add(where + "there is no setting " + key + ".");
      } else if (found.containsKey(key)) {
        faults.add(where + key + " is there twice.");
      } else {
        found.put(key, new Line(line.substring(equals + 1).strip(), number));
      }
    }
    return found;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.input;

import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One argument of an input: {@code key=value} for a string, {@code key:=json} for anything else. A
 * dot in a key leads into an object; a backslash takes the next character of a key as it is.
 *
 * @param path names of the objects on the way, then the name itself; none empty
 * @param json the value as JSON text
 */
record InputArgument(List<String> path, String json) {
  InputArgument {
    if (path.size() > Limits.JSON_DEPTH) {
      throw new InputException("A key leads more than " + Limits.JSON_DEPTH + " levels deep.");
    }
    path = List.copyOf(path);
  }

  /**
   * Parses an argument.
   *
   * @throws InputException if it has no key or no value, or its value is not JSON
   */
  static InputArgument parse(String argument) {
    List<String> path = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    int length = argument.length();
    for (int i = 0; i < length; i++) {
      char c = argument.charAt(i);
      if (c == '\\' && i + 1 < length) {
        name.append(argument.charAt(++i));
      } else if (c == '.') {
        path.add(named(name, argument));
        name.setLength(0);
      } else if (c == '=') {
        path.add(named(name, argument));
        return new InputArgument(path, JsonString.quote(argument.substring(i + 1)));
      } else if (c == ':' && i + 1 < length && argument.charAt(i + 1) == '=') {
        path.add(named(name, argument));
        return new InputArgument(path, checked(argument.substring(i + 2), argument));
      } else {
        name.append(c);
      }
    }
    throw new InputException(
        "\""
            + argument
            + "\" is no input: write key=value for text or key:=json for anything else.");
  }

  private static String named(StringBuilder name, String argument) {
    if (name.isEmpty()) {
      throw new InputException("\"" + argument + "\" has an empty key.");
    }
    return name.toString();
  }

  private static String checked(String json, String argument) {
    try {
      StrictJson.checkValue(json.getBytes(StandardCharsets.UTF_8), Limits.INPUT_BYTES);
      return json;
    } catch (StrictJsonException e) {
      throw new InputException(
          "\""
              + argument
              + "\": the value is not JSON ("
              + e.getMessage()
              + ") Write key=value for text.");
    }
  }
}

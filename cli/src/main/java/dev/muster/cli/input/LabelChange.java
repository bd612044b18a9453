// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.input;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Changes of labels: {@code key=value} sets one, {@code key-} removes one.
 *
 * @param set labels to set
 * @param remove keys of labels to remove
 */
public record LabelChange(Map<String, String> set, List<String> remove) {
  /** Copies its parts. */
  public LabelChange {
    set = Map.copyOf(set);
    remove = List.copyOf(remove);
  }

  /**
   * Parses changes.
   *
   * @throws InputException if one is neither, or two speak of one key
   */
  public static LabelChange parse(List<String> arguments) {
    Map<String, String> set = new LinkedHashMap<>();
    List<String> remove = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String key;
      if (equals > 0) {
        key = argument.substring(0, equals);
        set.put(key, argument.substring(equals + 1));
      } else if (equals < 0 && argument.length() > 1 && argument.endsWith("-")) {
        key = argument.substring(0, argument.length() - 1);
        remove.add(key);
      } else {
        throw new InputException(
            "\""
                + argument
                + "\" changes no label: write key=value to set one, key- to remove one.");
      }
      if (!keys.add(key)) {
        throw new InputException("The label \"" + key + "\" is changed twice.");
      }
    }
    return new LabelChange(set, remove);
  }
}

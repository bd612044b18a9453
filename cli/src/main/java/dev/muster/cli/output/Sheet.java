// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import java.util.LinkedHashMap;
import java.util.Map;

/** Facts about one thing, a line each: {@code name: value}. Empty values are left out. */
public final class Sheet {
  private final Map<String, Cell> facts = new LinkedHashMap<>();

  /** Adds a fact. */
  public Sheet fact(String name, String value) {
    return fact(name, Cell.of(value));
  }

  /** Adds a fact. */
  public Sheet fact(String name, Cell value) {
    if (!value.text().isEmpty()) {
      facts.put(name, value);
    }
    return this;
  }

  /** Prints the facts. */
  public void printTo(Terminal terminal) {
    int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
    facts.forEach(
        (name, value) ->
            terminal.raw(
                Style.STRONG.apply(name + ":", terminal.colours())
                    + " ".repeat(width - name.length() + 1)
                    + value.style().apply(value.text(), terminal.colours())));
  }
}

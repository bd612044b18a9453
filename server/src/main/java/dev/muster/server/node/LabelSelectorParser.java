// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.wire.Limits;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a selector from left to right, once. For one text. */
final class LabelSelectorParser {
  private final String text;
  private int position;

  LabelSelectorParser(String text) {
    this.text = text;
  }

  List<LabelRequirement> parse() throws MalformedSelectorException {
    if (text.length() > Limits.SELECTOR_CHARS) {
      throw new MalformedSelectorException(
          Limits.SELECTOR_CHARS,
          "The selector has more than " + Limits.SELECTOR_CHARS + " characters.");
    }
    List<LabelRequirement> requirements = new ArrayList<>();
    do {
      requirements.add(requirement());
      skipSpace();
    } while (take(','));
    if (position < text.length()) {
      throw new MalformedSelectorException(position, "Expected ',' or the end of the selector.");
    }
    return requirements;
  }

  private LabelRequirement requirement() throws MalformedSelectorException {
    skipSpace();
    if (take('!')) {
      skipSpace();
      return new LabelRequirement.Absent(key());
    }
    String key = key();
    skipSpace();
    if (take('!')) {
      if (!take('=')) {
        throw new MalformedSelectorException(position, "Expected '=' after '!'.");
      }
      return new LabelRequirement.NotIn(key, Set.of(value()));
    }
    if (take('=')) {
      take('=');
      return new LabelRequirement.In(key, Set.of(value()));
    }
    if (takeWord("in")) {
      return new LabelRequirement.In(key, values());
    }
    if (takeWord("notin")) {
      return new LabelRequirement.NotIn(key, values());
    }
    if (position < text.length() && text.charAt(position) != ',') {
      throw new MalformedSelectorException(
          position, "Expected '=', '==', '!=', 'in', 'notin', ',' or the end.");
    }
    return new LabelRequirement.Exists(key);
  }

  private String key() throws MalformedSelectorException {
    int start = position;
    while (position < text.length()
        && (LabelSyntax.isNameChar(text.charAt(position)) || text.charAt(position) == '/')) {
      position++;
    }
    if (position == start) {
      throw new MalformedSelectorException(start, "Expected a label key.");
    }
    String key = text.substring(start, position);
    requireSound(start, LabelSyntax.faultOfKey(key));
    return key;
  }

  private String value() throws MalformedSelectorException {
    skipSpace();
    int start = position;
    while (position < text.length() && LabelSyntax.isNameChar(text.charAt(position))) {
      position++;
    }
    String value = text.substring(start, position);
    requireSound(start, LabelSyntax.faultOfValue(value));
    return value;
  }

  private Set<String> values() throws MalformedSelectorException {
    skipSpace();
    if (!take('(')) {
      throw new MalformedSelectorException(position, "Expected '('.");
    }
    Set<String> values = new LinkedHashSet<>();
    int count = 0;
    do {
      if (++count > Limits.SELECTOR_SET_VALUES) {
        throw new MalformedSelectorException(
            position, "A set has more than " + Limits.SELECTOR_SET_VALUES + " values.");
      }
      values.add(value());
      skipSpace();
    } while (take(','));
    if (!take(')')) {
      throw new MalformedSelectorException(position, "Expected ',' or ')'.");
    }
    return Set.copyOf(values);
  }

  private boolean take(char c) {
    boolean there = position < text.length() && text.charAt(position) == c;
    position += there ? 1 : 0;
    return there;
  }

  /** Takes a word unless it is the beginning of a longer one. */
  private boolean takeWord(String word) {
    int end = position + word.length();
    boolean there =
        text.startsWith(word, position)
            && (end == text.length() || !LabelSyntax.isNameChar(text.charAt(end)));
    position = there ? end : position;
    return there;
  }

  private void skipSpace() {
    while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
      position++;
    }
  }

  private void requireSound(int start, Optional<String> fault) throws MalformedSelectorException {
    if (fault.isPresent()) {
      throw new MalformedSelectorException(start, "Bad label: " + fault.get() + ".");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.util.Optional;

/**
 * What labels look like, as in Kubernetes. A value is empty or 1 to 63 characters of letters,
 * digits, {@code -}, {@code _} and {@code .}, first and last a letter or digit. A key is such a
 * name, never empty, perhaps after a DNS name of at most 253 characters and a {@code /}.
 */
final class LabelSyntax {
  static final int NAME_CHARS = 63;
  static final int PREFIX_CHARS = 253;

  private LabelSyntax() {}

  /** Returns what is wrong with a key. */
  static Optional<String> faultOfKey(String key) {
    int slash = key.indexOf('/');
    if (slash >= 0 && !isDnsName(key.substring(0, slash))) {
      return Optional.of(
          "what is before the '/' of a label key is a DNS name of at most 253 characters");
    }
    return isName(key.substring(slash + 1))
        ? Optional.empty()
        : Optional.of(
            "a label key has 1 to 63 letters, digits, '-', '_' and '.', first and last a letter or digit");
  }

  /** Returns what is wrong with a value. */
  static Optional<String> faultOfValue(String value) {
    return value.isEmpty() || isName(value)
        ? Optional.empty()
        : Optional.of(
            "a label value has at most 63 letters, digits, '-', '_' and '.', first and last a letter or digit");
  }

  /** Tells whether a character may be in a key or a value, wherever. */
  static boolean isNameChar(char c) {
    return isAlphanumeric(c) || c == '-' || c == '_' || c == '.';
  }

  private static boolean isName(String name) {
    if (name.isEmpty()
        || name.length() > NAME_CHARS
        || !isAlphanumeric(name.charAt(0))
        || !isAlphanumeric(name.charAt(name.length() - 1))) {
      return false;
    }
    return name.chars().allMatch(c -> isNameChar((char) c));
  }

  private static boolean isDnsName(String name) {
    if (name.length() > PREFIX_CHARS) {
      return false;
    }
    for (String label : name.split("\\.", -1)) {
      if (!isDnsLabel(label)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDnsLabel(String label) {
    return !label.isEmpty()
        && label.charAt(0) != '-'
        && label.charAt(label.length() - 1) != '-'
        && label
            .chars()
            .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}

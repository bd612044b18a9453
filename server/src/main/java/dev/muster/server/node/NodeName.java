// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.util.Optional;

/**
 * Name of a node, unique in its project: a DNS label, 1 to 63 characters of {@code a-z}, {@code
 * 0-9} and {@code -}, first and last not {@code -}. A text that reads as a UUID is no name:
 * wherever a node is asked for, an id and a name are both taken.
 */
public record NodeName(String value) implements Comparable<NodeName> {
  /** Longest name, in characters. */
  public static final int MAX_CHARS = 63;

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if it is not a name
   */
  public NodeName {
    if (!isName(value)) {
      throw new IllegalArgumentException(
          "a node name is a DNS label of 1 to 63 characters (a-z, 0-9, '-') and not a UUID");
    }
  }

  /** Returns the name that this text is, if it is one. */
  public static Optional<NodeName> tryParse(String text) {
    return isName(text) ? Optional.of(new NodeName(text)) : Optional.empty();
  }

  @Override
  public int compareTo(NodeName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  private static boolean isName(String text) {
    if (text.isEmpty() || text.length() > MAX_CHARS) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      boolean inner = i > 0 && i < text.length() - 1;
      if (!alphanumeric && !(c == '-' && inner)) {
        return false;
      }
    }
    return NodeId.tryParse(text).isEmpty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.util.Optional;
import java.util.UUID;

/** Identity of a node, for good. */
public record NodeId(UUID value) implements Comparable<NodeId> {
  private static final int CHARS = 36;

  /**
   * Returns the id that this text stands for, if it is a UUID in its canonical form, in either
   * case.
   */
  public static Optional<NodeId> tryParse(String text) {
    if (text.length() != CHARS) {
      return Optional.empty(); // UUID.fromString takes shorter groups.
    }
    try {
      NodeId id = new NodeId(UUID.fromString(text));
      return id.toString().equalsIgnoreCase(text) ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Orders as the canonical texts do. */
  @Override
  public int compareTo(NodeId other) {
    int high =
        Long.compareUnsigned(value.getMostSignificantBits(), other.value.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(
            value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
  }

  /** Returns the canonical text, in lower case. */
  @Override
  public String toString() {
    return value.toString();
  }
}

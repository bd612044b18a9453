// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import java.util.Optional;
import java.util.UUID;

/** Id of an invocation. Prints itself as its UUID. */
public record InvocationId(UUID value) {
  /** Returns the id that this text is; empty if it is no UUID in its usual form. */
  public static Optional<InvocationId> parse(String text) {
    try {
      UUID value = UUID.fromString(text);
      return value.toString().equals(text)
          ? Optional.of(new InvocationId(value))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return value.toString();
  }
}

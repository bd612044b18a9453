// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.InvocationId;
import java.util.UUID;

/** Refusals of what does not have its form. */
final class Malformed {
  private static final int UUID_CHARS = 36;

  private Malformed() {}

  static BusException callback(String field, String sentence) {
    return BusException.of(ErrorReason.MALFORMED_CALLBACK)
        .message("The callback is malformed: " + field + " " + sentence + ".")
        .with("field", field)
        .violation(field, sentence)
        .build();
  }

  static BusException outOfRange(String field, String sentence) {
    return BusException.of(ErrorReason.LIMIT_OUT_OF_RANGE)
        .message(field + " " + sentence + ".")
        .with("field", field)
        .violation(field, sentence)
        .build();
  }

  /** Returns the id, or refuses what is no UUID. */
  static InvocationId invocationId(String text) {
    if (text.isEmpty()) {
      throw callback("invocation_id", "is empty");
    }
    try {
      if (text.length() == UUID_CHARS) {
        return new InvocationId(UUID.fromString(text));
      }
    } catch (IllegalArgumentException e) {
      // Refused below, as any other text.
    }
    throw callback("invocation_id", "is not a UUID");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import java.util.Objects;

/** A text is not a JSON Schema that can be used here. The message is a sentence that says why. */
public final class SchemaException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String pointer;

  SchemaException(String pointer, String message) {
    super(pointer.isEmpty() ? message : message + " (at " + pointer + ")");
    this.pointer = pointer;
  }

  /** Returns the JSON pointer of the part of the schema at fault; empty for the whole. */
  public String pointer() {
    return pointer;
  }

  /** Returns the sentence; there always is one. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}

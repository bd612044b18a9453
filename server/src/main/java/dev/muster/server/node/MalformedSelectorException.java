// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import java.util.Objects;

/** A text is not a label selector. The message is a sentence that says what was expected. */
public final class MalformedSelectorException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int offset;

  MalformedSelectorException(int offset, String message) {
    super(message);
    this.offset = offset;
  }

  /**
   * Returns the position of the first bad character, from 0; the length of the text if it ends too
   * early.
   */
  public int offset() {
    return offset;
  }

  /** Returns the sentence; there always is one. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}

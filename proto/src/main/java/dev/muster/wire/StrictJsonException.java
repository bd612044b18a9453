// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import java.util.Objects;

/**
 * A text is not the strict JSON that was asked for. The message never quotes a value of the text.
 */
public final class StrictJsonException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int offset;
  private final String pointer;

  StrictJsonException(int offset, String pointer, String message) {
    super(message);
    this.offset = offset;
    this.pointer = pointer;
  }

  /**
   * Returns the position of the first bad byte, from 0; the length of the text if it ends too
   * early.
   */
  public int offset() {
    return offset;
  }

  /**
   * Returns the JSON pointer (RFC 6901) of the value in which the error is; empty for the whole
   * text.
   */
  public String pointer() {
    return pointer;
  }

  /** Returns the sentence; there always is one. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.input;

/** What was typed cannot be meant; the message says why. */
public final class InputException extends RuntimeException {
  /** Makes an exception with a sentence for people. */
  public InputException(String message) {
    super(message);
  }
}

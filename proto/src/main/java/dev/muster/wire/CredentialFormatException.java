// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import java.util.Objects;

/**
 * A credential is not of its form. The message says what is off and never quotes the credential.
 */
public final class CredentialFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  CredentialFormatException(String message) {
    super(message);
  }

  /** Returns the sentence; there always is one. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

/** A file of the journal is not what was once written. */
final class CorruptEntryException extends Exception {
  private static final long serialVersionUID = 1L;

  CorruptEntryException(String message) {
    super(message);
  }

  CorruptEntryException(String message, Throwable cause) {
    super(message, cause);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

/** The store failed: full, locked, gone, or damaged. Says nothing of what was asked of it. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean inDoubt;

  /** Makes a failure; {@code inDoubt} where it came from the commit itself. */
  public StoreException(String message, Throwable cause, boolean inDoubt) {
    super(message, cause);
    this.inDoubt = inDoubt;
  }

  /** Returns whether the transaction may have been committed all the same. */
  public boolean isInDoubt() {
    return inDoubt;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

/** How much harm an action can do. */
public enum Danger {
  /** Reads, or changes nothing that matters. */
  LOW(false),
  /** Changes something that is easily mended. */
  MEDIUM(false),
  /** May take a service down. */
  HIGH(true),
  /** May lose data or the machine. */
  CRITICAL(true);

  private final boolean asksForConfirmation;

  Danger(boolean asksForConfirmation) {
    this.asksForConfirmation = asksForConfirmation;
  }

  /** Tells whether a dispatch must say that it is confirmed. */
  public boolean asksForConfirmation() {
    return asksForConfirmation;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

/**
 * Where an execution stands. The words are the same on the wire, in the store and on the command
 * line.
 */
public enum ExecutionState {
  /** Waits for its time. */
  SCHEDULED(false),
  /** Waits for approvals. */
  AWAITING_APPROVAL(false),
  /** Waits for its barrier. */
  PREPARING(false),
  /** Goes out to its nodes. */
  RUNNING(false),
  /** Hands nothing more over until it is resumed. */
  PAUSED(false),
  /** A cancel was asked for and not every node has answered. */
  CANCELLING(false),
  /** Every invocation SUCCEEDED. */
  SUCCEEDED(true),
  /** All settled, not all SUCCEEDED. */
  FAILED(true),
  /** All settled after a cancel. */
  CANCELLED(true),
  /** Approval was refused or expired. */
  DENIED(true),
  /** The barrier failed: nothing was executed. */
  ABORTED(true);

  private final boolean settled;

  ExecutionState(boolean settled) {
    this.settled = settled;
  }

  /**
   * Returns whether nothing more is awaited. FAILED is settled, and may still heal to SUCCEEDED.
   */
  public boolean isSettled() {
    return settled;
  }
}

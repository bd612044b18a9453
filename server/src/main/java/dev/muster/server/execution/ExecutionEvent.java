// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

/** What can happen to an execution. A past fact; the table says what it changes. */
public enum ExecutionEvent {
  /** Its time has come, and it needs approvals. */
  APPROVAL_REQUIRED,
  /** Released, and its nodes get ready behind a barrier first. */
  BARRIER_BEGUN,
  /** Released to its nodes. */
  RELEASED,
  /** Approval was refused or expired, or a gate refused it at release. */
  DENIED,
  /** The quorum stands. */
  BARRIER_OPENED,
  /** The quorum did not stand in time. */
  BARRIER_FAILED,
  /** An operator or the failure budget paused it. */
  PAUSED,
  /** An operator resumed it. */
  RESUMED,
  /** An operator cancelled it. */
  CANCEL_ASKED,
  /** Every invocation has settled, and not all SUCCEEDED. */
  ALL_SETTLED,
  /** Every invocation SUCCEEDED. */
  ALL_SUCCEEDED
}

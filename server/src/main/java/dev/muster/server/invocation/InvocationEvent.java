// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import java.util.Optional;

/** What can happen to an invocation. A past fact; the table says what it changes. */
public enum InvocationEvent {
  /** Courier: PREPARE was handed to a session. */
  PREPARE_HANDED_OVER,
  /** Courier: EXECUTE was handed to a session. */
  EXECUTE_HANDED_OVER,
  /** The session that was asked to prepare ended, or the server restarted, before an answer. */
  PREPARE_ABANDONED,
  /** A reservation lapsed, was given up, or its session is gone. */
  RESERVATION_LAPSED,
  /** A gate refused it on release. */
  GATE_REFUSED,
  /** The node was revoked. */
  NODE_REVOKED,
  /** An operator cancelled, or the barrier was aborted, before hand-over. */
  CANCELLED_BEFORE_HAND_OVER,
  /** It waited longer than it may, or the execution's end has come. */
  START_DEADLINE_PASSED,
  /** The EXECUTE was taken back unwritten, or is proven never received; it waits again. */
  NEVER_RECEIVED,
  /** The same, and it was cancelled meanwhile. */
  NEVER_RECEIVED_CANCELLED,
  /** The same, and its time is over. */
  NEVER_RECEIVED_EXPIRED,
  /** No final report came in time. */
  REPORT_DEADLINE_PASSED,
  /** The node's journal does not have it and proves nothing. */
  JOURNAL_LOST,
  /** The agent died in the run and cannot know how it ended. */
  OUTCOME_UNKNOWN,
  /** Node: ready. */
  REPORTED_PREPARED(InvocationState.PREPARED),
  /** Node: in its journal. */
  REPORTED_ACKNOWLEDGED(InvocationState.ACKNOWLEDGED),
  /** Node: runs. */
  REPORTED_STARTED(InvocationState.STARTED),
  /** Node: an idempotent action runs again, after the agent died in the run before. */
  REPORTED_STARTED_AGAIN,
  /** Node: ran and succeeded. */
  REPORTED_SUCCEEDED(InvocationState.SUCCEEDED),
  /** Node: ran and failed. */
  REPORTED_FAILED(InvocationState.FAILED),
  /** Node: ran into its timeout. */
  REPORTED_TIMED_OUT(InvocationState.TIMED_OUT),
  /** Node: stopped, or never started, on request. */
  REPORTED_CANCELLED(InvocationState.CANCELLED),
  /** Node: refused it, did not run. */
  REPORTED_REJECTED(InvocationState.REJECTED);

  private final Optional<InvocationState> reported;

  InvocationEvent() {
    this.reported = Optional.empty();
  }

  InvocationEvent(InvocationState reported) {
    this.reported = Optional.of(reported);
  }

  /** Returns the state that a node reports with it; empty for what the server drives. */
  public Optional<InvocationState> reported() {
    return reported;
  }

  /** Returns whether a node drives it. */
  public boolean isReport() {
    return reported.isPresent() || this == REPORTED_STARTED_AGAIN;
  }

  /**
   * Returns the event of a node that reports {@code state}; empty where no node may report that.
   */
  public static Optional<InvocationEvent> ofReport(InvocationState state) {
    return switch (state) {
      case PREPARED -> Optional.of(REPORTED_PREPARED);
      case ACKNOWLEDGED -> Optional.of(REPORTED_ACKNOWLEDGED);
      case STARTED -> Optional.of(REPORTED_STARTED);
      case SUCCEEDED -> Optional.of(REPORTED_SUCCEEDED);
      case FAILED -> Optional.of(REPORTED_FAILED);
      case TIMED_OUT -> Optional.of(REPORTED_TIMED_OUT);
      case CANCELLED -> Optional.of(REPORTED_CANCELLED);
      case REJECTED -> Optional.of(REPORTED_REJECTED);
      case PENDING, PREPARING, DISPATCHED, EXPIRED, LOST -> Optional.empty();
    };
  }
}

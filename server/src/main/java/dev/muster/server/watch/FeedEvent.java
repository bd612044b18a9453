// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import dev.muster.server.ledger.Commit.ExecutionMoved;

/** One event of an execution, at a revision. */
sealed interface FeedEvent {
  /** Returns the execution's revision. */
  long revision();

  /** An invocation changed. The execution's own event closes the revision. */
  record InvocationChanged(WatchedInvocation watched) implements FeedEvent {
    @Override
    public long revision() {
      return watched.invocation().revision();
    }
  }

  /** The execution moved: the last event of its revision. */
  record ExecutionChanged(ExecutionMoved moved) implements FeedEvent {
    @Override
    public long revision() {
      return moved.after().revision();
    }
  }
}

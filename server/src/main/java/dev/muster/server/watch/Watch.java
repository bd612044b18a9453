// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.follow.Following;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.ledger.Commit.ExecutionMoved;
import dev.muster.server.ledger.StoreTransaction;
import java.util.Optional;

/**
 * One who follows one execution. Runs on the watches' executor. Public methods may be called by any
 * thread.
 */
public abstract class Watch extends Following {
  final ExecutionId id;
  final WatchListener listener;
  final ExecutionFeed feed;
  final ExecutionWatches watches;
  private final boolean followLost;
  private volatile boolean bookmarkDue; // written by the timer, cleared by the watch

  Watch(
      ExecutionId id,
      boolean followLost,
      WatchListener listener,
      ExecutionFeed feed,
      ExecutionWatches watches) {
    super(watches.executor(), "watch execution=" + id, "watch again from the last cursor");
    this.id = id;
    this.followLost = followLost;
    this.listener = listener;
    this.feed = feed;
    this.watches = watches;
  }

  /** The feed has more. Any thread; returns at once. */
  void fed() {
    ready();
  }

  final void bookmark() {
    bookmarkDue = true;
    ready();
  }

  /** Nothing is left to bring: ends where the execution is over, else says that it lives. */
  final void rest(Execution execution, long cursor) {
    if (isOver(execution)) {
      end(Optional.empty());
    } else if (bookmarkDue) {
      bookmarkDue = false;
      listener.onBookmark(watches.clock().instant(), cursor);
    }
  }

  /** Most moves are of counts only; what else changed with the state is read. */
  final Execution moved(Execution known, ExecutionMoved moved) {
    Execution current =
        known.progress().state() == moved.after().state()
            ? known
            : watches.store().read(this::find);
    return current.at(moved.after(), moved.settleTime());
  }

  final Execution find(StoreTransaction tx) {
    return tx.executions()
        .find(id)
        .orElseThrow(
            () ->
                BusException.of(ErrorReason.EXECUTION_NOT_FOUND)
                    .message("There is no execution " + id + ".")
                    .with("execution_id", id)
                    .build());
  }

  /** Refuses a cursor that lies ahead of the execution. */
  final BusException foreignCursor() {
    return BusException.of(ErrorReason.CURSOR_EXPIRED)
        .message("The cursor is not of this execution as it stands; watch anew without it.")
        .with("execution_id", id)
        .build();
  }

  private boolean isOver(Execution execution) {
    if (!execution.progress().state().isSettled()) {
      return false;
    }
    if (execution.progress().counts().unsettled() > 0) {
      return false; // ABORTED: its invocations follow, part by part.
    }
    boolean mayHeal =
        execution.progress().state() == ExecutionState.FAILED
            && execution.progress().counts().in(InvocationState.LOST) > 0;
    return !(followLost && mayHeal);
  }

  @Override
  protected final void onClosed() {
    watches.closed(id, this);
  }

  @Override
  protected final void onEnd(Optional<BusException> refusal) {
    listener.onEnd(refusal);
  }
}

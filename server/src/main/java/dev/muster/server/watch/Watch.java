// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.ledger.Commit.ExecutionMoved;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.ledger.StoreTransaction;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One who follows one execution. Runs on the watches' executor, one step at a time, whenever its
 * listener can take more and there is more. Public methods may be called by any thread.
 */
public abstract class Watch {
  private static final Logger log = LoggerFactory.getLogger(Watch.class);

  final ExecutionId id;
  final WatchListener listener;
  final ExecutionFeed feed;
  final ExecutionWatches watches;
  private final boolean followLost;
  private final AtomicInteger wakeUps = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean bookmarkDue; // written by the timer, cleared by the watch

  Watch(
      ExecutionId id,
      boolean followLost,
      WatchListener listener,
      ExecutionFeed feed,
      ExecutionWatches watches) {
    this.id = id;
    this.followLost = followLost;
    this.listener = listener;
    this.feed = feed;
    this.watches = watches;
  }

  /** Brings what there is, as far as the listener can take it. By one thread at a time. */
  abstract void proceed();

  /** The feed has more. Any thread; returns at once. */
  void fed() {
    ready();
  }

  /** Goes on: the listener can take more, or there is more. Any thread; returns at once. */
  public final void ready() {
    if (!closed.get() && wakeUps.getAndIncrement() == 0) {
      watches.executor().execute(this::run);
    }
  }

  /** Stops following. The listener hears nothing more. */
  public final void close() {
    if (closed.compareAndSet(false, true)) {
      watches.closed(id, this);
    }
  }

  final boolean isClosed() {
    return closed.get();
  }

  final void bookmark() {
    bookmarkDue = true;
    ready();
  }

  private void run() {
    int seen;
    do {
      seen = wakeUps.get();
      try {
        proceed();
      } catch (BusException e) {
        end(Optional.of(e));
      } catch (StoreException e) {
        end(
            Optional.of(
                BusException.of(ErrorReason.STORE_UNAVAILABLE)
                    .message("The store cannot be read now; watch again from the last cursor.")
                    .retryAfter(Duration.ofSeconds(1))
                    .cause(e)
                    .build()));
      } catch (RuntimeException e) {
        log.error("a watch failed execution={}", id, e);
        end(
            Optional.of(
                BusException.of(ErrorReason.INCIDENT)
                    .message("Something unforeseen happened.")
                    .cause(e)
                    .build()));
      }
    } while (!wakeUps.compareAndSet(seen, 0));
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

  private void end(Optional<BusException> refusal) {
    if (!isClosed()) {
      close();
      listener.onEnd(refusal);
    }
  }
}

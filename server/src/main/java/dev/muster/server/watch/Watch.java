// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.Result;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.ledger.StoreTransaction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One who follows one execution. Runs on the watches' executor, one step at a time: a snapshot in
 * pages, then what the feed brings; where the listener was too slow and the feed went over it, what
 * changed since its cursor is read from the store, the latest states only.
 */
public final class Watch {
  private static final int PAGE = 500;
  private static final int EVENTS = 256;
  private static final Logger log = LoggerFactory.getLogger(Watch.class);

  private final ExecutionId id;
  private final boolean followLost;
  private final WatchListener listener;
  private final ExecutionFeed feed;
  private final ExecutionWatches watches;
  private final AtomicInteger wakeUps = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();

  // One thread at a time, ordered by wakeUps.
  private long position;
  private long cursor;
  private int snapshotAfter = -1;
  private boolean inSnapshot;
  private boolean lapped;
  private long caughtUpTo;
  private int caughtUpOrdinal;
  private @Nullable Execution execution;

  private volatile boolean bookmarkDue; // written by the timer, cleared by the watch

  Watch(
      ExecutionId id,
      OptionalLong afterRevision,
      boolean followLost,
      WatchListener listener,
      ExecutionFeed feed,
      ExecutionWatches watches) {
    this.id = id;
    this.followLost = followLost;
    this.listener = listener;
    this.feed = feed;
    this.watches = watches;
    this.inSnapshot = afterRevision.isEmpty();
    this.cursor = afterRevision.orElse(0);
    if (!inSnapshot) {
      lap();
    }
    this.position = feed.end();
  }

  /** Goes on: the listener can take more, or there is more. Any thread; returns at once. */
  public void ready() {
    if (!closed.get() && wakeUps.getAndIncrement() == 0) {
      watches.executor().execute(this::run);
    }
  }

  /** Stops following. The listener hears nothing more. */
  public void close() {
    if (closed.compareAndSet(false, true)) {
      watches.closed(id, this);
    }
  }

  void bookmark() {
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

  private void proceed() {
    while (!closed.get() && listener.isReady()) {
      if (inSnapshot) {
        snapshot();
      } else if (lapped) {
        catchUp();
      } else if (!follow()) {
        if (isOver()) {
          end(Optional.empty());
        } else if (bookmarkDue) {
          bookmarkDue = false;
          listener.onBookmark(watches.clock().instant(), cursor);
        }
        return;
      }
    }
  }

  private void snapshot() {
    watches
        .store()
        .read(
            tx -> {
              Execution read = find(tx);
              if (execution == null) {
                cursor =
                    read.progress()
                        .revision(); // What changes while pages are read comes again as events.
              }
              execution = read;
              List<Invocation> page =
                  tx.invocations().ofExecution(id, snapshotAfter, Set.of(), PAGE);
              inSnapshot = page.size() == PAGE;
              listener.onSnapshot(read, withResults(tx, page), inSnapshot, inSnapshot ? 0 : cursor);
              if (inSnapshot) {
                snapshotAfter = page.get(PAGE - 1).ordinal();
              }
              return page.size();
            });
  }

  private void lap() {
    lapped = true;
    caughtUpTo = cursor;
    caughtUpOrdinal = Integer.MAX_VALUE;
  }

  private void catchUp() {
    long end = feed.end();
    watches
        .store()
        .read(
            tx -> {
              Execution read = find(tx);
              if (cursor > read.progress().revision()) {
                throw BusException.of(ErrorReason.CURSOR_EXPIRED)
                    .message(
                        "The cursor is not of this execution as it stands; watch anew without it.")
                    .with("execution_id", id)
                    .build();
              }
              List<Invocation> changed =
                  tx.invocations().changedSince(id, caughtUpTo, caughtUpOrdinal, PAGE);
              for (WatchedInvocation watched : withResults(tx, changed)) {
                // A revision counts as seen only when it was seen whole.
                listener.onInvocation(
                    watched, Math.max(cursor, watched.invocation().revision() - 1));
              }
              lapped = changed.size() == PAGE;
              if (lapped) {
                Invocation last = changed.get(PAGE - 1);
                caughtUpTo = last.revision();
                caughtUpOrdinal = last.ordinal();
                cursor = Math.max(cursor, caughtUpTo - 1);
              } else {
                execution = read;
                cursor = read.progress().revision();
                position = end;
                listener.onExecution(read, cursor);
              }
              return changed.size();
            });
  }

  /** Brings the next events of the feed; returns whether there were any. */
  private boolean follow() {
    Optional<List<FeedEvent>> events = feed.from(position, EVENTS);
    if (events.isEmpty()) {
      lap();
      return true;
    }
    for (FeedEvent event : events.get()) {
      if (closed.get() || !listener.isReady()) {
        return true;
      }
      position++;
      if (event.revision() > cursor) {
        bring(event);
      }
    }
    return !events.get().isEmpty();
  }

  private void bring(FeedEvent event) {
    if (event instanceof FeedEvent.InvocationChanged changed) {
      listener.onInvocation(changed.watched(), cursor);
      return;
    }
    FeedEvent.ExecutionChanged moved = (FeedEvent.ExecutionChanged) event;
    cursor = event.revision();
    execution = updated(moved);
    listener.onExecution(execution, cursor);
  }

  /** Most events move counts only; what else changed with the state is read. */
  private Execution updated(FeedEvent.ExecutionChanged event) {
    Execution known = java.util.Objects.requireNonNull(execution);
    if (known.progress().state() == event.moved().after().state()) {
      return known.at(event.moved().after(), event.moved().settleTime());
    }
    return watches.store().read(this::find).at(event.moved().after(), event.moved().settleTime());
  }

  private boolean isOver() {
    if (execution == null || !execution.progress().state().isSettled()) {
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

  private Execution find(StoreTransaction tx) {
    return tx.executions()
        .find(id)
        .orElseThrow(
            () ->
                BusException.of(ErrorReason.EXECUTION_NOT_FOUND)
                    .message("There is no execution " + id + ".")
                    .with("execution_id", id)
                    .build());
  }

  private static List<WatchedInvocation> withResults(
      StoreTransaction tx, List<Invocation> invocations) {
    List<InvocationId> settled =
        invocations.stream()
            .filter(invocation -> invocation.state().isSettled())
            .map(Invocation::id)
            .toList();
    Map<InvocationId, Result> results =
        settled.isEmpty() ? Map.of() : tx.invocations().results(settled);
    return invocations.stream()
        .map(
            invocation ->
                new WatchedInvocation(
                    invocation, Optional.ofNullable(results.get(invocation.id()))))
        .toList();
  }

  private void end(Optional<BusException> refusal) {
    if (!closed.get()) {
      close();
      listener.onEnd(refusal);
    }
  }
}

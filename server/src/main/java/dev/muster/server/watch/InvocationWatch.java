// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import static java.util.Objects.requireNonNull;

import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.Result;
import dev.muster.server.ledger.StoreTransaction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells of every invocation: a snapshot in pages, then what the feed brings; where the listener was
 * too slow and the feed went over it, what changed since its cursor is read from the store, the
 * latest states only.
 */
final class InvocationWatch extends Watch {
  private static final int PAGE = 500;
  private static final int EVENTS = 256;

  // One thread at a time, ordered by wakeUps.
  private long position;
  private long cursor;
  private int snapshotAfter = -1;
  private boolean inSnapshot;
  private boolean lapped;
  private long caughtUpTo;
  private int caughtUpOrdinal;
  private @Nullable Execution execution;

  InvocationWatch(
      ExecutionId id,
      OptionalLong afterRevision,
      boolean followLost,
      WatchListener listener,
      ExecutionFeed feed,
      ExecutionWatches watches) {
    super(id, followLost, listener, feed, watches);
    this.inSnapshot = afterRevision.isEmpty();
    this.cursor = afterRevision.orElse(0);
    if (!inSnapshot) {
      lap();
    }
    this.position = feed.end();
  }

  @Override
  protected void proceed() {
    while (!isClosed() && listener.isReady()) {
      if (inSnapshot) {
        snapshot();
      } else if (lapped) {
        catchUp();
      } else if (!follow()) {
        rest(requireNonNull(execution), cursor);
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
                throw foreignCursor();
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
      if (isClosed() || !listener.isReady()) {
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
    cursor = event.revision();
    execution = moved(requireNonNull(execution), ((FeedEvent.ExecutionChanged) event).moved());
    listener.onExecution(execution, cursor);
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
}

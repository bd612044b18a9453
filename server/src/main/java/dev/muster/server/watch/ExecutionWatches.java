// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.ledger.Commit;
import dev.muster.server.ledger.Commit.ExecutionMoved;
import dev.muster.server.ledger.CommitListener;
import dev.muster.server.ledger.LedgerStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Who watches which execution. Costs a commit nothing where nobody watches. Thread-safe. */
public final class ExecutionWatches implements CommitListener {
  /** Watches at once. */
  public static final int MAX_WATCHES = 2_000;

  private static final Duration BOOKMARK_EVERY = Duration.ofSeconds(10);

  private final LedgerStore store;
  private final Executor executor;
  private final InstantSource clock;
  private final ConcurrentHashMap<ExecutionId, ExecutionFeed> feeds = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final ScheduledExecutorService timer;

  /**
   * Makes the watches of one replica. The executor's threads read the store; it must not refuse.
   */
  public ExecutionWatches(
      LedgerStore store, Executor executor, InstantSource clock, ScheduledExecutorService timer) {
    this.store = store;
    this.executor = executor;
    this.clock = clock;
    this.timer = timer;
  }

  /** Begins to send bookmarks, until the timer is shut down. */
  public void start() {
    var unused =
        timer.scheduleWithFixedDelay(
            () -> feeds.values().forEach(feed -> feed.watches().forEach(Watch::bookmark)),
            BOOKMARK_EVERY.toMillis(),
            BOOKMARK_EVERY.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /**
   * Begins to follow an execution. What is wrong with the request is told by {@link
   * WatchListener#onEnd}.
   *
   * @param afterRevision cursor of the last event seen; empty: from a snapshot
   * @param followLost whether to stay after it has settled, as long as an invocation is LOST
   * @param detail how much to tell
   * @throws BusException RATE_LIMITED where there are too many watches
   */
  public Watch open(
      ExecutionId id,
      OptionalLong afterRevision,
      boolean followLost,
      WatchDetail detail,
      WatchListener listener) {
    if (open.incrementAndGet() > MAX_WATCHES) {
      open.decrementAndGet();
      throw BusException.of(ErrorReason.RATE_LIMITED)
          .message(
              "This server has " + MAX_WATCHES + " watches open, as many as it may; try again.")
          .with("limit", MAX_WATCHES)
          .retryAfter(Duration.ofSeconds(5))
          .build();
    }
    Watch[] opened = new Watch[1];
    feeds.compute(
        id,
        (key, known) -> {
          ExecutionFeed feed = known == null ? new ExecutionFeed() : known;
          opened[0] =
              switch (detail) {
                case INVOCATIONS ->
                    new InvocationWatch(id, afterRevision, followLost, listener, feed, this);
                case EXECUTION ->
                    new CountsWatch(id, afterRevision, followLost, listener, feed, this);
              };
          feed.add(opened[0]);
          return feed;
        });
    opened[0].ready();
    return opened[0];
  }

  void closed(ExecutionId id, Watch watch) {
    open.decrementAndGet();
    feeds.computeIfPresent(id, (key, feed) -> feed.remove(watch) ? null : feed);
  }

  LedgerStore store() {
    return store;
  }

  Executor executor() {
    return executor;
  }

  InstantSource clock() {
    return clock;
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  @Override
  public void onCommit(Commit commit) {
    if (feeds.isEmpty()) {
      return;
    }
    Map<ExecutionId, List<FeedEvent>> events = new HashMap<>();
    for (Invocation inserted : commit.inserted()) {
      gather(events, inserted, Optional.empty());
    }
    for (InvocationChange change : commit.changes()) {
      gather(events, change.after(), Optional.ofNullable(change.result()));
    }
    for (ExecutionMoved moved : commit.executions()) {
      if (feeds.containsKey(moved.id())) {
        of(events, moved.id()).add(new FeedEvent.ExecutionChanged(moved));
      }
    }
    events.forEach(
        (id, list) -> {
          // Stable: within a revision the execution's own event stays last.
          list.sort(Comparator.comparingLong(FeedEvent::revision));
          ExecutionFeed feed = feeds.get(id);
          if (feed != null) {
            feed.append(list);
          }
        });
  }

  private void gather(
      Map<ExecutionId, List<FeedEvent>> events,
      Invocation invocation,
      Optional<dev.muster.server.invocation.Result> result) {
    @Nullable ExecutionFeed feed = feeds.get(invocation.executionId());
    if (feed != null && feed.wantsInvocations()) {
      of(events, invocation.executionId())
          .add(new FeedEvent.InvocationChanged(new WatchedInvocation(invocation, result)));
    }
  }

  private static List<FeedEvent> of(Map<ExecutionId, List<FeedEvent>> events, ExecutionId id) {
    return events.computeIfAbsent(id, key -> new ArrayList<>());
  }
}

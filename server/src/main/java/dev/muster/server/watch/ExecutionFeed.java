// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.muster.server.ledger.Commit.ExecutionMoved;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/**
 * The latest events of one watched execution, shared by all who watch it: a ring, so that a slow
 * watcher costs no memory; whoever is lapped reads what changed from the store. Thread-safe.
 */
final class ExecutionFeed {
  /** Events kept. */
  static final int SIZE = 4_096;

  private final Object lock = new Object();
  private final Set<Watch> watches = new CopyOnWriteArraySet<>();
  private volatile boolean wantsInvocations; // written with the watches
  private volatile @Nullable ExecutionMoved latest; // written by the thread that appends

  @GuardedBy("lock") private final @Nullable FeedEvent[] ring = new FeedEvent[SIZE];

  @GuardedBy("lock") private long next;

  /** Returns the position behind the newest event. */
  long end() {
    synchronized (lock) {
      return next;
    }
  }

  /** Adds events, and wakes those who watch. */
  void append(List<FeedEvent> events) {
    synchronized (lock) {
      for (FeedEvent event : events) {
        ring[(int) (next++ % SIZE)] = event;
        if (event instanceof FeedEvent.ExecutionChanged changed) {
          latest = changed.moved();
        }
      }
    }
    watches.forEach(Watch::fed);
  }

  /** Returns how the execution moved last; null where it has not since the feed began. */
  @Nullable ExecutionMoved latest() {
    return latest;
  }

  /** Returns whether the execution is known to have settled. */
  boolean isSettled() {
    @Nullable ExecutionMoved moved = latest;
    return moved != null && moved.after().state().isSettled();
  }

  /** Returns whether anyone wants to hear of each invocation. */
  boolean wantsInvocations() {
    return wantsInvocations;
  }

  /** Returns events from a position on; empty where they have been overwritten. */
  Optional<List<FeedEvent>> from(long position, int limit) {
    synchronized (lock) {
      if (next - position > SIZE) {
        return Optional.empty();
      }
      List<FeedEvent> events = new ArrayList<>();
      for (long at = position; at < next && events.size() < limit; at++) {
        @Nullable FeedEvent event = ring[(int) (at % SIZE)];
        if (event != null) {
          events.add(event);
        }
      }
      return Optional.of(events);
    }
  }

  /** Adds a watch. Adding and removing exclude each other. */
  void add(Watch watch) {
    watches.add(watch);
    count();
  }

  /** Removes a watch; returns whether nobody is left. */
  boolean remove(Watch watch) {
    watches.remove(watch);
    count();
    return watches.isEmpty();
  }

  private void count() {
    wantsInvocations = watches.stream().anyMatch(InvocationWatch.class::isInstance);
  }

  Set<Watch> watches() {
    return watches;
  }
}

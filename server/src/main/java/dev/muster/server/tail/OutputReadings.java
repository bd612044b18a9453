// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tail;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.ledger.Commit;
import dev.muster.server.ledger.CommitListener;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.node.NodeId;
import dev.muster.server.output.OutputFiles;
import dev.muster.server.output.RunStream;
import dev.muster.server.session.SessionRegistry;
import dev.muster.server.session.SessionServices;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Those who read output, by invocation. A node shows what a run writes only while somebody follows
 * it. Thread-safe.
 */
public final class OutputReadings implements CommitListener, SessionServices.Tails {
  /** Readings that may be open. */
  static final int MOST_OPEN = 256;

  private final LedgerStore store;
  private final OutputFiles files;
  private final SessionRegistry sessions;
  private final Executor executor;
  private final ConcurrentHashMap<InvocationId, List<OutputReading>> followers =
      new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();

  /** Makes the readings of one replica. The executor's threads read store and disk. */
  public OutputReadings(
      LedgerStore store, OutputFiles files, SessionRegistry sessions, Executor executor) {
    this.store = store;
    this.files = files;
    this.sessions = sessions;
    this.executor = executor;
  }

  /**
   * Begins to read. What is wrong with the request is told by {@link OutputListener#onEnd}.
   *
   * @param offset where to begin, in all that the stream wrote
   * @param follow whether to go on while the run does
   * @throws BusException RATE_LIMITED where there are too many readings
   */
  public OutputReading open(
      InvocationId id, RunStream stream, long offset, boolean follow, OutputListener listener) {
    if (open.incrementAndGet() > MOST_OPEN) {
      open.decrementAndGet();
      throw BusException.of(ErrorReason.RATE_LIMITED)
          .message(
              "This server reads output for "
                  + MOST_OPEN
                  + " callers, as many as it may; try again.")
          .with("limit", MOST_OPEN)
          .retryAfter(Duration.ofSeconds(5))
          .build();
    }
    OutputReading reading = new OutputReading(id, stream, offset, follow, listener, this);
    if (follow) {
      // Before it looks: a run that settles after the look is heard of.
      followers.merge(id, List.of(reading), OutputReadings::both);
    }
    return reading;
  }

  /** Returns how many readings are open. */
  public int open() {
    return open.get();
  }

  /** Asks the node to show what the run writes; where it has not come yet, its hand-over does. */
  void showLive(OutputReading reading, Invocation invocation) {
    if (invocation.state().isOutstanding()) {
      sessions.find(invocation.nodeId()).ifPresent(session -> session.tail(invocation.id(), true));
    }
  }

  void closed(OutputReading reading) {
    open.decrementAndGet();
    if (!reading.follows()) {
      return;
    }
    List<OutputReading> left =
        followers.computeIfPresent(reading.id(), (id, known) -> without(known, reading));
    @Nullable NodeId node = reading.node();
    if (left == null && node != null) {
      // A new follower may come at this very moment, and be shown nothing: so it is asked again.
      sessions.find(node).ifPresent(session -> session.tail(reading.id(), false));
      if (isWatched(reading.id())) {
        sessions.find(node).ifPresent(session -> session.tail(reading.id(), true));
      }
    }
  }

  @Override
  public boolean isWatched(InvocationId id) {
    return followers.containsKey(id);
  }

  @Override
  public void written(NodeId node, InvocationId id, boolean stderr, long offset, byte[] data) {
    for (OutputReading reading : followers.getOrDefault(id, List.of())) {
      reading.written(node, stderr, offset, data);
    }
  }

  @Override
  public void onCommit(Commit commit) {
    if (followers.isEmpty()) {
      return;
    }
    for (InvocationChange change : commit.changes()) {
      if (change.after().state().isSettled()) {
        followers.getOrDefault(change.after().id(), List.of()).forEach(OutputReading::settled);
      }
    }
  }

  LedgerStore store() {
    return store;
  }

  OutputFiles files() {
    return files;
  }

  Executor executor() {
    return executor;
  }

  private static List<OutputReading> both(List<OutputReading> some, List<OutputReading> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  private static @Nullable List<OutputReading> without(
      List<OutputReading> known, OutputReading reading) {
    List<OutputReading> left = known.stream().filter(other -> other != reading).toList();
    return left.isEmpty() ? null : left;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import static java.util.Objects.requireNonNull;

import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.ledger.Commit.ExecutionMoved;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells of the execution alone: its state and counts as they stand, at most every {@link #PACE},
 * its end at once. However large the cohort and however many watch, a fan-out pays next to nothing
 * for it.
 */
final class CountsWatch extends Watch {
  /** Quick enough for a progress bar, and ten messages a second at most. */
  static final Duration PACE = Duration.ofMillis(100);

  private final AtomicBoolean paced = new AtomicBoolean();

  // One thread at a time.
  private long cursor;
  private @Nullable Execution execution;

  CountsWatch(
      ExecutionId id,
      OptionalLong afterRevision,
      boolean followLost,
      WatchListener listener,
      ExecutionFeed feed,
      ExecutionWatches watches) {
    super(id, followLost, listener, feed, watches);
    this.cursor = afterRevision.orElse(-1);
  }

  /** What comes while the pace holds it back is brought with what comes last. */
  @Override
  void fed() {
    if (feed.isSettled()) {
      ready();
    } else if (paced.compareAndSet(false, true)) {
      var unusedTimer =
          watches.timer().schedule(this::paced, PACE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void paced() {
    paced.set(false);
    ready();
  }

  @Override
  protected void proceed() {
    if (isClosed() || !listener.isReady()) {
      return; // It says when it can take more.
    }
    if (execution == null) {
      begin();
    }
    follow();
    rest(requireNonNull(execution), cursor);
  }

  private void begin() {
    Execution read = watches.store().read(this::find);
    long revision = read.progress().revision();
    if (cursor > revision) {
      throw foreignCursor();
    }
    execution = read;
    if (cursor < 0) {
      cursor = revision;
      listener.onSnapshot(read, List.of(), false, cursor);
    } else if (cursor < revision) {
      cursor = revision;
      listener.onExecution(read, cursor);
    }
  }

  private void follow() {
    @Nullable ExecutionMoved moved = feed.latest();
    if (moved != null && moved.after().revision() > cursor) {
      cursor = moved.after().revision();
      execution = moved(requireNonNull(execution), moved);
      listener.onExecution(execution, cursor);
    }
  }
}

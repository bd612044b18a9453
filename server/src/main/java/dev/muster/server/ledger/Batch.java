// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entries that are committed together. Written by the ledger's writer, possibly more than once,
 * then delivered once by its delivery thread.
 */
final class Batch {
  private static final Logger log = LoggerFactory.getLogger(Batch.class);

  private final List<Queued<?>> entries;
  private final InstantSource clock;
  private final ProgressCache progress;
  private @Nullable GatheringTransaction tx;

  Batch(List<Queued<?>> entries, InstantSource clock, ProgressCache progress) {
    this.entries = entries;
    this.clock = clock;
    this.progress = progress;
  }

  /** Writes all entries, in order. On the writer. */
  void write(StoreTransaction storeTransaction) {
    GatheringTransaction gathering =
        new GatheringTransaction(storeTransaction, clock.instant(), progress);
    tx = gathering;
    List<QueuedChange> changes = new ArrayList<>();
    for (Queued<?> entry : entries) {
      if (entry instanceof QueuedChange change) {
        gathering.change(change.change());
        changes.add(change);
      } else {
        // An entry reads the store, so what came before it must be there.
        flush(gathering, changes);
        ((QueuedEntry<?>) entry).write(gathering);
      }
    }
    flush(gathering, changes);
  }

  private static void flush(GatheringTransaction gathering, List<QueuedChange> changes) {
    boolean[] hits = gathering.flush();
    for (int i = 0; i < hits.length; i++) {
      changes.get(i).written(hits[i]);
    }
    changes.clear();
  }

  /** Called by the writer before its next batch, which decides on what this one wrote. */
  Commit committed() {
    return requireNonNull(tx).committed();
  }

  /** Tells of what is durable: listeners first, then callers. On the delivery thread. */
  void deliver(Commit commit, List<CommitListener> listeners) {
    for (CommitListener listener : listeners) {
      run(() -> listener.onCommit(commit));
    }
    requireNonNull(tx).afterCommit().forEach(Batch::run);
    entries.forEach(Queued::complete);
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException
        | Error e) { // The callers of this commit must hear of it all the same.
      log.error("a listener of commits or an action after one failed", e);
    }
  }
}

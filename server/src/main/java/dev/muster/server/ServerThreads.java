// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The timer and the pools of one server, besides those of its ledger and its listeners. {@code
 * close} interrupts what still runs and does not wait for it.
 */
final class ServerThreads implements AutoCloseable {
  private static final int WATCH_THREADS = 2;
  private static final int OUTPUT_THREADS = 2;
  private static final int CATALOG_THREADS = 1;
  private static final int CATALOG_QUEUE = 20_000;

  private final ScheduledExecutorService timer = BoundedThreads.timer("muster-timer");
  private final ExecutorService watches = BoundedThreads.fedByFew("muster-watch", WATCH_THREADS);
  private final ExecutorService outputs = BoundedThreads.fedByFew("muster-output", OUTPUT_THREADS);
  private final ExecutorService readings =
      BoundedThreads.fedByFew("muster-reading", OUTPUT_THREADS);
  private final ExecutorService catalogs =
      BoundedThreads.refusing("muster-catalog", CATALOG_THREADS, CATALOG_QUEUE);

  /** Returns what deadlines, heartbeats and retries are posted by. */
  ScheduledExecutorService timer() {
    return timer;
  }

  /** Returns what follows executions. */
  ExecutorService watches() {
    return watches;
  }

  /** Returns what writes uploads to disk, and deletes files. */
  ExecutorService outputs() {
    return outputs;
  }

  /** Returns what reads for those who read output. */
  ExecutorService readings() {
    return readings;
  }

  /** Returns what compiles the schemas of announced catalogs. */
  ExecutorService catalogs() {
    return catalogs;
  }

  /** Posts nothing any more: whatever it would post goes through the ledger, which closes next. */
  void stopTimer() {
    timer.shutdownNow();
  }

  @Override
  public void close() {
    stopTimer();
    watches.shutdownNow();
    outputs.shutdownNow();
    readings.shutdownNow();
    catalogs.shutdownNow();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The agent's own threads for runs: daemons, made when needed, one for each slot and two for
 * PREPARE. What finds none free waits in a queue of at most {@value #QUEUE}; beyond, it is refused.
 */
final class RunThreads implements Executor, AutoCloseable {
  private static final int QUEUE = 256;
  private static final int FOR_PREPARE = 2;
  private static final Duration IDLE = Duration.ofSeconds(30);

  private final ThreadPoolExecutor pool;

  RunThreads(int slots) {
    AtomicInteger number = new AtomicInteger();
    int size = slots + FOR_PREPARE;
    pool =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE.toNanos(),
            TimeUnit.NANOSECONDS,
            new LinkedBlockingQueue<>(QUEUE),
            task -> {
              Thread thread = new Thread(task, "muster-run-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable task) {
    pool.execute(task);
  }

  /** Interrupts what is left. */
  @Override
  public void close() {
    pool.shutdownNow();
  }
}

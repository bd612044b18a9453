// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop on a daemon thread of its own. A task that throws is logged, and the loop goes on. Tasks
 * that come after {@link #close} are dropped.
 */
public final class ThreadLoop implements Loop, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ThreadLoop.class);

  private final ScheduledThreadPoolExecutor executor;
  private final InstantSource wallClock;
  // Written once, by the thread itself, before its first task.
  private volatile @Nullable Thread thread;

  /** Starts the loop. */
  public ThreadLoop(String name, InstantSource wallClock) {
    this.wallClock = wallClock;
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, name);
              made.setDaemon(true);
              thread = made;
              return made;
            });
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    try {
      executor.execute(() -> run(task));
    } catch (RejectedExecutionException e) {
      log.debug("Task dropped: the loop is closed.");
    }
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    try {
      Future<?> future = executor.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {};
    }
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Instant wallTime() {
    return wallClock.instant();
  }

  @Override
  public boolean isOnLoop() {
    return Thread.currentThread() == thread;
  }

  /** Stops after the tasks that are queued; waits at most this long for them. */
  public boolean close(Duration wait) {
    executor.shutdown();
    try {
      return executor.awaitTermination(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(5));
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.error("A task of the agent failed; the agent goes on.", e);
    }
  }
}

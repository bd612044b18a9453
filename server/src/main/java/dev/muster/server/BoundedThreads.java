// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Named pools with stated bounds. */
final class BoundedThreads {
  private BoundedThreads() {}

  /** Returns a pool that refuses beyond its queue. */
  static ThreadPoolExecutor refusing(String name, int threads, int queue) {
    return letGo(
        new ThreadPoolExecutor(
            threads, threads, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queue), named(name)));
  }

  /**
   * Returns a pool whose queue is bounded by those who feed it: each has at most one task in it.
   */
  static ThreadPoolExecutor fedByFew(String name, int threads) {
    return letGo(
        new ThreadPoolExecutor(
            threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(name)));
  }

  private static ThreadPoolExecutor letGo(ThreadPoolExecutor pool) {
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Returns a timer with one thread. */
  static ScheduledExecutorService timer(String name) {
    return Executors.newSingleThreadScheduledExecutor(named(name));
  }

  private static ThreadFactory named(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one at a time, in order, on whichever thread finds it idle; never re-entrant. The
 * promise of gRPC-Java's SynchronizationContext, for code that knows nothing of gRPC. Tasks must
 * not block. Its queue is bounded by those who feed it: flow control on one side, credit on the
 * other.
 */
final class SerialExecutor implements Executor {
  private static final Logger log = LoggerFactory.getLogger(SerialExecutor.class);

  private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Thread> drainer = new AtomicReference<>();

  @Override
  public void execute(Runnable task) {
    queue.add(task);
    drain();
  }

  private void drain() {
    do {
      if (!drainer.compareAndSet(null, Thread.currentThread())) {
        return;
      }
      try {
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
          run(task);
        }
      } finally {
        drainer.set(null);
      }
      // A task may have come between the last poll and the reset.
    } while (!queue.isEmpty());
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) { // An Error, too, is its task's alone.
      log.error("a session's task failed", e);
    }
  }

  /** Asserts that the caller runs inside. */
  void assertInside() {
    if (drainer.get() != Thread.currentThread()) {
      throw new IllegalStateException("called outside of the session's executor");
    }
  }
}

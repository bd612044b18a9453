// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets the slices of large cohorts go out no faster than they are written. Committing is quicker
 * than writing to sockets: without this, ten thousand commands would lie before the event loops,
 * and a dispatch to one node would come behind them all.
 *
 * <p>Bounded by the live executions: each has at most one slice that waits. Thread-safe.
 */
public final class WritePace {
  /** Slices that may be committed and not yet written: one is being written, one is ready. */
  static final int AHEAD = 2;

  private final Transport transport;
  private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unwritten = new AtomicInteger();

  /** Who writes. */
  @FunctionalInterface
  public interface Transport {
    /** Runs an action once all is written that was handed over before. Returns at once. */
    void whenWritten(Runnable action);
  }

  /** Makes a pace for all large cohorts of a server. */
  public WritePace(Transport transport) {
    this.transport = transport;
  }

  /** A slice was handed over; goes on with the next when there is room for it. */
  void goOn(Runnable next) {
    unwritten.incrementAndGet();
    waiting.add(next);
    transport.whenWritten(
        () -> {
          unwritten.decrementAndGet();
          release();
        });
    release();
  }

  private void release() {
    while (unwritten.get() < AHEAD) {
      @Nullable Runnable next = waiting.poll();
      if (next == null) {
        return;
      }
      next.run();
    }
  }
}

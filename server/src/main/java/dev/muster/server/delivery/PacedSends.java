// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what large cohorts are sent, a portion at a time, and lets their next slice be written when
 * the last one has nearly gone out. Committing is quicker than writing to sockets: without this,
 * ten thousand commands would lie before the event loops, and a dispatch to one node, like the
 * reports of all others, would come behind them.
 *
 * <p>Bounded by what is handed over and not yet sent, at most one send for each invocation.
 * Thread-safe.
 */
public final class PacedSends {
  /** Sent at once. A cohort of no more than that needs no pace. */
  public static final int PORTION = 64;

  /** With so many unsent, the next slice is written meanwhile. */
  static final int READY = 500;

  private static final Logger log = LoggerFactory.getLogger(PacedSends.class);

  private final Transport transport;
  private final ConcurrentLinkedQueue<Runnable> unsent = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unsentCount = new AtomicInteger();
  private final ConcurrentLinkedQueue<Runnable> slices = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean sending = new AtomicBoolean();

  /** Who writes. */
  @FunctionalInterface
  public interface Transport {
    /** Runs an action once all is written that was handed over before. Returns at once. */
    void whenWritten(Runnable action);
  }

  /** Makes the pace of all large cohorts of a server. */
  public PacedSends(Transport transport) {
    this.transport = transport;
  }

  /** Sends when those before it are sent. */
  public void send(Runnable send) {
    unsentCount.incrementAndGet();
    unsent.add(send);
    begin();
  }

  /** Runs the next slice when it is its turn. */
  public void goOn(Runnable nextSlice) {
    slices.add(nextSlice);
    release();
  }

  private void begin() {
    if (sending.compareAndSet(false, true)) {
      later();
    }
  }

  private void later() {
    try {
      transport.whenWritten(this::sendPortion);
    } catch (RejectedExecutionException e) {
      // The server goes down; what was not sent is reconciled when its node comes back.
      log.debug("no loop is left to send what waits", e);
    }
  }

  private void sendPortion() {
    int sent = 0;
    for (Runnable next = unsent.poll(); next != null; next = unsent.poll()) {
      run(next);
      unsentCount.decrementAndGet();
      if (++sent == PORTION) {
        break;
      }
    }
    release();
    if (sent == PORTION) {
      later();
      return;
    }
    sending.set(false);
    if (!unsent.isEmpty()) { // It came after the last look.
      begin();
    }
  }

  private void release() {
    while (unsentCount.get() < READY) {
      @Nullable Runnable next = slices.poll();
      if (next == null) {
        return;
      }
      run(next);
    }
  }

  /** What fails must not hold up all others. */
  private static void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) { // An Error, too, is its action's alone.
      log.error("a send of a large cohort, or its next slice, failed", e);
    }
  }
}

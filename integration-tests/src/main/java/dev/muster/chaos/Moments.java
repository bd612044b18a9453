// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Tells who wants to break something just then what has just happened. Thread-safe. */
final class Moments {
  /** What may have happened. */
  enum Kind {
    /** A dispatch goes to the server. */
    DISPATCH_SENT,
    /** A dispatch was acknowledged. */
    DISPATCH_ANSWERED,
    /** What is as long as a command came through to an agent. */
    COMMAND_PASSED,
    /** What is as long as a report came through to the server. */
    REPORT_PASSED
  }

  private final Object lock = new Object();

  @GuardedBy("lock") private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);

  /** It has just happened. */
  void happened(Kind kind) {
    synchronized (lock) {
      counts.merge(kind, 1L, Long::sum);
      lock.notifyAll();
    }
  }

  /** Waits until it happens the next time, but not longer than this; returns whether it did. */
  boolean awaitNext(Kind kind, Duration most) {
    long end = System.nanoTime() + most.toNanos();
    synchronized (lock) {
      long before = count(kind);
      try {
        for (long left = most.toNanos();
            count(kind) == before && left > 0;
            left = end - System.nanoTime()) {
          TimeUnit.NANOSECONDS.timedWait(lock, left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return count(kind) != before;
    }
  }

  @GuardedBy("lock") private long count(Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }
}

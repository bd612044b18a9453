// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Tells who wants to break something just then that a dispatch was acknowledged. Thread-safe. */
final class Answers {
  private final Object lock = new Object();

  @GuardedBy("lock") private long given;

  /** A dispatch was acknowledged. */
  void given() {
    synchronized (lock) {
      given++;
      lock.notifyAll();
    }
  }

  /** Waits for the next one, but not longer than this. */
  void awaitNext(Duration most) {
    long end = System.nanoTime() + most.toNanos();
    synchronized (lock) {
      long before = given;
      try {
        for (long left = most.toNanos();
            given == before && left > 0;
            left = end - System.nanoTime()) {
          TimeUnit.NANOSECONDS.timedWait(lock, left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

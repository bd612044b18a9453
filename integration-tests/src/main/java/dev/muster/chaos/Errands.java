// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Work that a breaker asks an operator for, to break it at once. Thread-safe. */
final class Errands {
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Semaphore asked = new Semaphore(0);

  /** Asks for one more. */
  void ask() {
    asked.release();
  }

  /** Waits for the next one; returns false once it is calm. */
  boolean awaitNext(Calm calm) {
    try {
      while (calm.pause(Duration.ZERO)) {
        if (asked.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }
}

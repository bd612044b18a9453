// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The end of the faults, which everyone who breaks or asks for work waits for. Thread-safe. */
final class Calm {
  private final CountDownLatch latch = new CountDownLatch(1);

  /** Lets it be calm. */
  void begin() {
    latch.countDown();
  }

  /** Waits so long, or until it is calm; returns whether faults go on. */
  boolean pause(Duration span) {
    try {
      return !latch.await(span.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

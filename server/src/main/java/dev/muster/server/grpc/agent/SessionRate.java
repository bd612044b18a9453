// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds how many sessions begin per second, before anything expensive is done for one.
 * Thread-safe.
 */
final class SessionRate {
  private final double perNano;
  private final double burst;
  private final LongSupplier nanos;
  private final Object lock = new Object();

  @GuardedBy("lock") private double tokens;

  @GuardedBy("lock") private long refilled;

  SessionRate(int perSecond, LongSupplier nanos) {
    this.perNano = perSecond / (double) TimeUnit.SECONDS.toNanos(1);
    this.burst = perSecond;
    this.nanos = nanos;
    this.tokens = burst;
    this.refilled = nanos.getAsLong();
  }

  boolean tryAcquire() {
    synchronized (lock) {
      long now = nanos.getAsLong();
      tokens = Math.min(burst, tokens + (now - refilled) * perNano);
      refilled = now;
      if (tokens < 1) {
        return false;
      }
      tokens -= 1;
      return true;
    }
  }
}

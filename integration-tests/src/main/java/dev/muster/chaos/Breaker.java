// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Breaks one thing after another at one place, and mends each, until it is calm. */
abstract class Breaker implements Runnable {
  private final Chance chance;
  private final Calm calm;
  private final int shortestMillis;
  private final int longestMillis;

  /** Makes a breaker that waits so long between its faults. */
  Breaker(Chance chance, Calm calm, int shortestMillis, int longestMillis) {
    this.chance = chance;
    this.calm = calm;
    this.shortestMillis = shortestMillis;
    this.longestMillis = longestMillis;
  }

  @Override
  public final void run() {
    while (calm.pause(chance.millis(shortestMillis, longestMillis))) {
      breakSomething();
    }
  }

  /** Breaks something and mends it. */
  abstract void breakSomething();

  final boolean isCalm() {
    return !calm.pause(Duration.ZERO);
  }

  /** Waits until something is so, but not longer than this, nor than faults go on. */
  final void await(BooleanSupplier what, Duration most) {
    Instant end = Instant.now().plus(most);
    while (!what.getAsBoolean() && Instant.now().isBefore(end)) {
      if (!calm.pause(Duration.ofMillis(20))) {
        return;
      }
    }
  }

  /** Waits so long, to some hundredths of a millisecond. */
  static void linger(Duration span) {
    long end = System.nanoTime() + span.toNanos();
    for (long left = span.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  final Chance chance() {
    return chance;
  }

  /** Leaves things broken for a while; not longer than faults go on. */
  final void leave(int leastMillis, int mostMillis) {
    leave(chance.millis(leastMillis, mostMillis));
  }

  /** Leaves things broken so long; not longer than faults go on. */
  final void leave(Duration span) {
    var unused = calm.pause(span);
  }
}

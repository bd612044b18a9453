// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Waits for what has no stream to wait on, by looking again and again until a deadline. The one
 * place that does.
 */
public final class Eventually {
  private static final long LOOK_EVERY_NANOS = Duration.ofMillis(10).toNanos();

  private Eventually() {}

  /**
   * Returns the first thing seen that is as wanted.
   *
   * @throws AssertionError with the last thing seen, if the time is over
   */
  public static <T> T eventually(
      String what, Duration most, Supplier<T> look, Predicate<T> wanted) {
    long end = System.nanoTime() + most.toNanos();
    while (true) {
      T seen = look.get();
      if (wanted.test(seen)) {
        return seen;
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + most + ": " + what + "; last seen: " + seen);
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }

  /** Returns once this holds. */
  public static void eventually(String what, Duration most, Supplier<Boolean> look) {
    eventually(what, most, look, Boolean::booleanValue);
  }

  /** Returns whether this came to hold within the time: for what must not happen. */
  public static boolean happensWithin(Duration most, Supplier<Boolean> look) {
    long end = System.nanoTime() + most.toNanos();
    while (System.nanoTime() - end < 0) {
      if (look.get()) {
        return true;
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
    return look.get();
  }
}

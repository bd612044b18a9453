// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/**
 * One thread that runs tasks in order, its timers, and the clocks that go with them. What is
 * confined to the loop needs no locks. {@link #execute} and the clocks are thread-safe; {@link
 * #after} is as well.
 */
public interface Loop extends Executor {
  /** Runs a task after those that came before. Never runs it in the caller. */
  @Override
  void execute(Runnable task);

  /** Runs a task once the delay has passed, unless cancelled. */
  Timer after(Duration delay, Runnable task);

  /** Returns a time that only grows, in nanoseconds from some point. */
  long nanos();

  /** Returns the wall clock's time; may jump. */
  Instant wallTime();

  /** Returns whether the caller is on the loop's thread. */
  boolean isOnLoop();

  /** A task that has not run yet. */
  interface Timer {
    /** Keeps the task from running; harmless once it has. */
    void cancel();
  }
}

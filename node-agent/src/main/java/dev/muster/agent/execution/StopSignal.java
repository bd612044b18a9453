// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.muster.agent.Cancellation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Tells one run to stop: sets the token and interrupts the run's thread, but never a thread that
 * has left the run. The first cause stands. Thread-safe.
 */
final class StopSignal implements Cancellation {
  /** Why a run is stopped. */
  enum Cause {
    /** An operator asked for it. */
    CANCEL,
    /** Its run timeout has passed. */
    TIMEOUT,
    /** The agent goes down. */
    SHUTDOWN
  }

  /**
   * What the run was told.
   *
   * @param cause why
   * @param reason for people
   * @param grace how long it has until it is forced
   */
  record Stop(Cause cause, String reason, Duration grace) {}

  private final Object lock = new Object();
  private final Executor callbackExecutor;

  @GuardedBy("lock") private @Nullable Stop stop;

  @GuardedBy("lock") private @Nullable Thread thread;

  @GuardedBy("lock") private final List<Runnable> callbacks = new ArrayList<>();

  StopSignal(Executor callbackExecutor) {
    this.callbackExecutor = callbackExecutor;
  }

  /** Tells the run to stop; again, if it was told before: its thread is interrupted once more. */
  void stop(Stop stop) {
    List<Runnable> toCall;
    synchronized (lock) {
      if (this.stop == null) {
        this.stop = stop;
      }
      if (thread != null) {
        thread.interrupt();
      }
      toCall = List.copyOf(callbacks);
      callbacks.clear();
    }
    toCall.forEach(callbackExecutor::execute);
  }

  /** Returns what the run was told, if it was. */
  Optional<Stop> stopped() {
    synchronized (lock) {
      return Optional.ofNullable(stop);
    }
  }

  /** The calling thread runs the run from now on. */
  void enter() {
    synchronized (lock) {
      thread = Thread.currentThread();
      if (stop != null) {
        thread.interrupt();
      }
    }
  }

  /** The calling thread has left the run, and is not interrupted any more. */
  void leave() {
    synchronized (lock) {
      thread = null;
      // What was meant for the run must not hit what the thread does next.
      Thread.interrupted();
    }
  }

  @Override
  public boolean isCancelled() {
    return stopped().isPresent();
  }

  @Override
  public String reason() {
    return stopped().map(Stop::reason).orElse("");
  }

  @Override
  public void onCancel(Runnable callback) {
    synchronized (lock) {
      if (stop == null) {
        callbacks.add(callback);
        return;
      }
    }
    callbackExecutor.execute(callback);
  }
}

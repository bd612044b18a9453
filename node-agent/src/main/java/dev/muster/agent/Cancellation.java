// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import java.util.concurrent.CancellationException;

/**
 * Tells a run that it should stop: an operator cancelled it, its run timeout has passed, or the
 * agent goes down. The thread of the run is interrupted as well. Thread-safe.
 */
public interface Cancellation {
  /** Returns whether the run should stop. Never goes back to false. */
  boolean isCancelled();

  /** Returns why, for people; empty while the run may go on. */
  String reason();

  /**
   * Calls this once when the run should stop, on the agent's executor; at once if it should
   * already.
   */
  void onCancel(Runnable callback);

  /**
   * Does nothing while the run may go on.
   *
   * @throws CancellationException if the run should stop
   */
  default void throwIfCancelled() {
    if (isCancelled()) {
      throw new CancellationException(reason());
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import dev.muster.server.invocation.Invocation;
import java.time.Instant;

/**
 * Pauses in the store, inside one transaction: the time in which invocations may start stands still
 * meanwhile. Only the ledger calls it. Not thread-safe.
 */
public interface PauseStore {
  /** Notes when an execution was paused. */
  void begin(ExecutionId id, Instant now);

  /**
   * Lets the clock of a PAUSED execution's invocation stand, which would be over by now: it is due
   * again at {@code until}.
   */
  void hold(Invocation waiting, Instant until);

  /**
   * Ends a pause: what waits may start for as much longer as the pause took, at most until the
   * execution expires.
   */
  void end(ExecutionId id, Instant now, Instant expireTime);
}

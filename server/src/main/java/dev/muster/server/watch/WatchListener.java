// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.watch;

import dev.muster.server.error.BusException;
import dev.muster.server.execution.Execution;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who watches. Called by one thread at a time, in order, and only while {@link #isReady}. Every
 * event brings the cursor from which to go on after it.
 */
public interface WatchListener {
  /** Returns whether it can take more now. When it can again, it calls {@link Watch#ready}. */
  boolean isReady();

  /** Part of how all stands. */
  void onSnapshot(
      Execution execution, List<WatchedInvocation> invocations, boolean continues, long cursor);

  /** An invocation changed. */
  void onInvocation(WatchedInvocation invocation, long cursor);

  /** The execution changed: its state or its counts. */
  void onExecution(Execution execution, long cursor);

  /** Nothing new; the watch lives. */
  void onBookmark(Instant time, long cursor);

  /** It is over: settled, or refused. Called once. */
  void onEnd(Optional<BusException> refusal);
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import static dev.muster.server.execution.ExecutionState.ABORTED;
import static dev.muster.server.execution.ExecutionState.AWAITING_APPROVAL;
import static dev.muster.server.execution.ExecutionState.CANCELLED;
import static dev.muster.server.execution.ExecutionState.CANCELLING;
import static dev.muster.server.execution.ExecutionState.DENIED;
import static dev.muster.server.execution.ExecutionState.FAILED;
import static dev.muster.server.execution.ExecutionState.PAUSED;
import static dev.muster.server.execution.ExecutionState.PREPARING;
import static dev.muster.server.execution.ExecutionState.RUNNING;
import static dev.muster.server.execution.ExecutionState.SCHEDULED;
import static dev.muster.server.execution.ExecutionState.SUCCEEDED;
import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The closed machine of an execution: every legal move, as data. Whatever is not in the table is
 * refused.
 *
 * <p>Pure and immutable. The diagram in {@code docs/state-machines.md} is generated from it.
 */
public final class ExecutionTransitions {
  private static final ExecutionTransitions TABLE =
      new ExecutionTransitions()
          // Release
          .on(SCHEDULED, ExecutionEvent.APPROVAL_REQUIRED, AWAITING_APPROVAL)
          .on(SCHEDULED, ExecutionEvent.BARRIER_BEGUN, PREPARING)
          .on(SCHEDULED, ExecutionEvent.RELEASED, RUNNING)
          .on(SCHEDULED, ExecutionEvent.DENIED, DENIED)
          .on(SCHEDULED, ExecutionEvent.CANCEL_ASKED, CANCELLED)
          .on(AWAITING_APPROVAL, ExecutionEvent.BARRIER_BEGUN, PREPARING)
          .on(AWAITING_APPROVAL, ExecutionEvent.RELEASED, RUNNING)
          .on(AWAITING_APPROVAL, ExecutionEvent.DENIED, DENIED)
          .on(AWAITING_APPROVAL, ExecutionEvent.CANCEL_ASKED, CANCELLED)
          // Barrier
          .on(PREPARING, ExecutionEvent.BARRIER_OPENED, RUNNING)
          .on(PREPARING, ExecutionEvent.BARRIER_FAILED, ABORTED)
          .on(PREPARING, ExecutionEvent.CANCEL_ASKED, CANCELLING)
          // Course
          .on(RUNNING, ExecutionEvent.PAUSED, PAUSED)
          .on(RUNNING, ExecutionEvent.CANCEL_ASKED, CANCELLING)
          .on(RUNNING, ExecutionEvent.ALL_SUCCEEDED, SUCCEEDED)
          .on(RUNNING, ExecutionEvent.ALL_SETTLED, FAILED)
          .on(PAUSED, ExecutionEvent.RESUMED, RUNNING)
          .on(PAUSED, ExecutionEvent.CANCEL_ASKED, CANCELLING)
          .on(PAUSED, ExecutionEvent.ALL_SUCCEEDED, SUCCEEDED)
          .on(PAUSED, ExecutionEvent.ALL_SETTLED, FAILED)
          .on(CANCELLING, ExecutionEvent.ALL_SETTLED, CANCELLED)
          .on(CANCELLING, ExecutionEvent.ALL_SUCCEEDED, CANCELLED)
          // The last LOST healed
          .on(FAILED, ExecutionEvent.ALL_SUCCEEDED, SUCCEEDED);

  private final Map<ExecutionState, Map<ExecutionEvent, ExecutionState>> moves =
      new EnumMap<>(ExecutionState.class);
  private final Map<ExecutionEvent, Set<ExecutionState>> legalFrom =
      new EnumMap<>(ExecutionEvent.class);

  private ExecutionTransitions() {
    for (ExecutionState state : ExecutionState.values()) {
      moves.put(state, new EnumMap<>(ExecutionEvent.class));
    }
    for (ExecutionEvent event : ExecutionEvent.values()) {
      legalFrom.put(event, EnumSet.noneOf(ExecutionState.class));
    }
  }

  private ExecutionTransitions on(ExecutionState from, ExecutionEvent event, ExecutionState to) {
    if (requireNonNull(moves.get(from)).putIfAbsent(event, to) != null) {
      throw new IllegalStateException("duplicate row: " + from + " " + event);
    }
    requireNonNull(legalFrom.get(event)).add(from);
    return this;
  }

  /** Returns where the event leads from the state, or empty where it is not legal. */
  public static Optional<ExecutionState> target(ExecutionState from, ExecutionEvent event) {
    return Optional.ofNullable(requireNonNull(TABLE.moves.get(from)).get(event));
  }

  /** Returns the states from which the event is legal. */
  public static Set<ExecutionState> legalFrom(ExecutionEvent event) {
    return Set.copyOf(requireNonNull(TABLE.legalFrom.get(event)));
  }

  /** Returns what the counts say: all succeeded, all settled, or (empty) neither. */
  public static Optional<ExecutionEvent> settlement(InvocationCounts counts) {
    if (counts.unsettled() > 0) {
      return Optional.empty();
    }
    return Optional.of(
        counts.allSucceeded() ? ExecutionEvent.ALL_SUCCEEDED : ExecutionEvent.ALL_SETTLED);
  }
}

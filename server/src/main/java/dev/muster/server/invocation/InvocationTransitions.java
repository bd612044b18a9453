// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import static dev.muster.server.invocation.InvocationEvent.CANCELLED_BEFORE_HAND_OVER;
import static dev.muster.server.invocation.InvocationEvent.EXECUTE_HANDED_OVER;
import static dev.muster.server.invocation.InvocationEvent.GATE_REFUSED;
import static dev.muster.server.invocation.InvocationEvent.JOURNAL_LOST;
import static dev.muster.server.invocation.InvocationEvent.NEVER_RECEIVED;
import static dev.muster.server.invocation.InvocationEvent.NEVER_RECEIVED_CANCELLED;
import static dev.muster.server.invocation.InvocationEvent.NEVER_RECEIVED_EXPIRED;
import static dev.muster.server.invocation.InvocationEvent.NODE_REVOKED;
import static dev.muster.server.invocation.InvocationEvent.OUTCOME_UNKNOWN;
import static dev.muster.server.invocation.InvocationEvent.PREPARE_ABANDONED;
import static dev.muster.server.invocation.InvocationEvent.PREPARE_HANDED_OVER;
import static dev.muster.server.invocation.InvocationEvent.REPORTED_ACKNOWLEDGED;
import static dev.muster.server.invocation.InvocationEvent.REPORTED_CANCELLED;
import static dev.muster.server.invocation.InvocationEvent.REPORTED_FAILED;
import static dev.muster.server.invocation.InvocationEvent.REPORTED_PREPARED;
import static dev.muster.server.invocation.InvocationEvent.REPORTED_REJECTED;
import static dev.muster.server.invocation.InvocationEvent.REPORTED_STARTED;
import static dev.muster.server.invocation.InvocationEvent.REPORTED_STARTED_AGAIN;
import static dev.muster.server.invocation.InvocationEvent.REPORTED_SUCCEEDED;
import static dev.muster.server.invocation.InvocationEvent.REPORTED_TIMED_OUT;
import static dev.muster.server.invocation.InvocationEvent.REPORT_DEADLINE_PASSED;
import static dev.muster.server.invocation.InvocationEvent.RESERVATION_LAPSED;
import static dev.muster.server.invocation.InvocationEvent.START_DEADLINE_PASSED;
import static dev.muster.server.invocation.InvocationState.ACKNOWLEDGED;
import static dev.muster.server.invocation.InvocationState.CANCELLED;
import static dev.muster.server.invocation.InvocationState.DISPATCHED;
import static dev.muster.server.invocation.InvocationState.EXPIRED;
import static dev.muster.server.invocation.InvocationState.FAILED;
import static dev.muster.server.invocation.InvocationState.LOST;
import static dev.muster.server.invocation.InvocationState.PENDING;
import static dev.muster.server.invocation.InvocationState.PREPARED;
import static dev.muster.server.invocation.InvocationState.PREPARING;
import static dev.muster.server.invocation.InvocationState.REJECTED;
import static dev.muster.server.invocation.InvocationState.STARTED;
import static dev.muster.server.invocation.InvocationState.SUCCEEDED;
import static dev.muster.server.invocation.InvocationState.TIMED_OUT;
import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The closed machine of an invocation: every legal move, as data. Whatever is not in the table is
 * refused. A row whose target is its source is evidence: kept in the history, no change of state.
 *
 * <p>Pure and immutable. The diagram in {@code docs/state-machines.md} is generated from it.
 */
public final class InvocationTransitions {
  private static final InvocationTransitions TABLE =
      new InvocationTransitions()
          // Getting ready
          .on(PENDING, PREPARE_HANDED_OVER, PREPARING)
          .on(PREPARING, REPORTED_PREPARED, PREPARED)
          .on(PREPARING, REPORTED_REJECTED, REJECTED)
          .on(PREPARING, PREPARE_ABANDONED, PENDING)
          .on(PREPARED, REPORTED_REJECTED, REJECTED)
          .on(PREPARED, RESERVATION_LAPSED, PENDING)
          // Hand-over
          .on(PENDING, EXECUTE_HANDED_OVER, DISPATCHED)
          .on(PREPARED, EXECUTE_HANDED_OVER, DISPATCHED)
          // Ends before hand-over
          .on(PENDING, GATE_REFUSED, REJECTED)
          .on(PREPARING, GATE_REFUSED, REJECTED)
          .on(PREPARED, GATE_REFUSED, REJECTED)
          .on(PENDING, NODE_REVOKED, REJECTED)
          .on(PREPARING, NODE_REVOKED, REJECTED)
          .on(PREPARED, NODE_REVOKED, REJECTED)
          .on(PENDING, CANCELLED_BEFORE_HAND_OVER, CANCELLED)
          .on(PREPARING, CANCELLED_BEFORE_HAND_OVER, CANCELLED)
          .on(PREPARED, CANCELLED_BEFORE_HAND_OVER, CANCELLED)
          .on(PENDING, START_DEADLINE_PASSED, EXPIRED)
          .on(PREPARING, START_DEADLINE_PASSED, EXPIRED)
          .on(PREPARED, START_DEADLINE_PASSED, EXPIRED)
          // The node's course
          .on(DISPATCHED, REPORTED_ACKNOWLEDGED, ACKNOWLEDGED)
          .on(DISPATCHED, REPORTED_REJECTED, REJECTED)
          .on(ACKNOWLEDGED, REPORTED_STARTED, STARTED)
          .on(ACKNOWLEDGED, REPORTED_REJECTED, REJECTED)
          .on(ACKNOWLEDGED, REPORTED_CANCELLED, CANCELLED)
          .on(STARTED, REPORTED_STARTED_AGAIN, STARTED)
          .on(STARTED, REPORTED_SUCCEEDED, SUCCEEDED)
          .on(STARTED, REPORTED_FAILED, FAILED)
          .on(STARTED, REPORTED_TIMED_OUT, TIMED_OUT)
          .on(STARTED, REPORTED_CANCELLED, CANCELLED)
          // Proof of never received
          .on(DISPATCHED, NEVER_RECEIVED, PENDING)
          .on(DISPATCHED, NEVER_RECEIVED_CANCELLED, CANCELLED)
          .on(DISPATCHED, NEVER_RECEIVED_EXPIRED, EXPIRED)
          .on(LOST, NEVER_RECEIVED_CANCELLED, CANCELLED)
          .on(LOST, NEVER_RECEIVED_EXPIRED, EXPIRED)
          // Nobody can tell
          .on(DISPATCHED, REPORT_DEADLINE_PASSED, LOST)
          .on(ACKNOWLEDGED, REPORT_DEADLINE_PASSED, LOST)
          .on(STARTED, REPORT_DEADLINE_PASSED, LOST)
          .on(DISPATCHED, NODE_REVOKED, LOST)
          .on(ACKNOWLEDGED, NODE_REVOKED, LOST)
          .on(STARTED, NODE_REVOKED, LOST)
          .on(DISPATCHED, JOURNAL_LOST, LOST)
          .on(ACKNOWLEDGED, JOURNAL_LOST, LOST)
          .on(STARTED, JOURNAL_LOST, LOST)
          .on(DISPATCHED, OUTCOME_UNKNOWN, LOST)
          .on(ACKNOWLEDGED, OUTCOME_UNKNOWN, LOST)
          .on(STARTED, OUTCOME_UNKNOWN, LOST)
          // The truth arrives late
          .on(LOST, REPORTED_ACKNOWLEDGED, LOST)
          .on(LOST, REPORTED_STARTED, LOST)
          .on(LOST, REPORTED_STARTED_AGAIN, LOST)
          .on(LOST, REPORTED_SUCCEEDED, SUCCEEDED)
          .on(LOST, REPORTED_FAILED, FAILED)
          .on(LOST, REPORTED_TIMED_OUT, TIMED_OUT)
          .on(LOST, REPORTED_CANCELLED, CANCELLED)
          .on(LOST, REPORTED_REJECTED, REJECTED);

  private final Map<InvocationState, Map<InvocationEvent, InvocationState>> moves =
      new EnumMap<>(InvocationState.class);
  private final Map<InvocationEvent, Set<InvocationState>> legalFrom =
      new EnumMap<>(InvocationEvent.class);

  private InvocationTransitions() {
    for (InvocationState state : InvocationState.values()) {
      moves.put(state, new EnumMap<>(InvocationEvent.class));
    }
    for (InvocationEvent event : InvocationEvent.values()) {
      legalFrom.put(event, EnumSet.noneOf(InvocationState.class));
    }
  }

  private InvocationTransitions on(
      InvocationState from, InvocationEvent event, InvocationState to) {
    if (movesOf(from).putIfAbsent(event, to) != null) {
      throw new IllegalStateException("duplicate row: " + from + " " + event);
    }
    sourcesOf(event).add(from);
    return this;
  }

  /** Returns where the event leads from the state, or empty where it is not legal. */
  public static Optional<InvocationState> target(InvocationState from, InvocationEvent event) {
    return Optional.ofNullable(TABLE.movesOf(from).get(event));
  }

  /** Returns the states from which the event is legal. */
  public static Set<InvocationState> legalFrom(InvocationEvent event) {
    return Set.copyOf(TABLE.sourcesOf(event));
  }

  /**
   * Decides on an event.
   *
   * @param state where the invocation stands
   * @param taken what the node has reported so far; a step in it is a repeat
   */
  public static Decision decide(InvocationState state, Steps taken, InvocationEvent event) {
    if (event.reported().isPresent() && taken.contains(event.reported().get())) {
      return new Decision.Repeated(state);
    }
    @Nullable InvocationState to = TABLE.movesOf(state).get(event);
    if (to == null) {
      return new Decision.Refused(state, TABLE.sourcesOf(event));
    }
    return to == state ? new Decision.Noted(state) : new Decision.Applied(state, to);
  }

  private Map<InvocationEvent, InvocationState> movesOf(InvocationState state) {
    return requireNonNull(moves.get(state));
  }

  private Set<InvocationState> sourcesOf(InvocationEvent event) {
    return requireNonNull(legalFrom.get(event));
  }
}

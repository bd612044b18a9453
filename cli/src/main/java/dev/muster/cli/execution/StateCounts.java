// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.execution;

import dev.muster.proto.operator.v1.InvocationCounts;
import dev.muster.proto.type.v1.InvocationState;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** How many invocations of an execution are in each state. Immutable. */
public final class StateCounts {
  private static final List<InvocationState> ORDER =
      List.of(
          InvocationState.INVOCATION_STATE_SUCCEEDED,
          InvocationState.INVOCATION_STATE_FAILED,
          InvocationState.INVOCATION_STATE_TIMED_OUT,
          InvocationState.INVOCATION_STATE_LOST,
          InvocationState.INVOCATION_STATE_REJECTED,
          InvocationState.INVOCATION_STATE_EXPIRED,
          InvocationState.INVOCATION_STATE_CANCELLED,
          InvocationState.INVOCATION_STATE_STARTED,
          InvocationState.INVOCATION_STATE_ACKNOWLEDGED,
          InvocationState.INVOCATION_STATE_DISPATCHED,
          InvocationState.INVOCATION_STATE_PREPARED,
          InvocationState.INVOCATION_STATE_PREPARING,
          InvocationState.INVOCATION_STATE_PENDING);

  private final Map<InvocationState, Integer> counts;

  private StateCounts(Map<InvocationState, Integer> counts) {
    this.counts = Collections.unmodifiableMap(counts);
  }

  /** Returns the counts of a message. */
  public static StateCounts of(InvocationCounts message) {
    Map<InvocationState, Integer> counts = new EnumMap<>(InvocationState.class);
    counts.put(InvocationState.INVOCATION_STATE_PENDING, message.getPending());
    counts.put(InvocationState.INVOCATION_STATE_PREPARING, message.getPreparing());
    counts.put(InvocationState.INVOCATION_STATE_PREPARED, message.getPrepared());
    counts.put(InvocationState.INVOCATION_STATE_DISPATCHED, message.getDispatched());
    counts.put(InvocationState.INVOCATION_STATE_ACKNOWLEDGED, message.getAcknowledged());
    counts.put(InvocationState.INVOCATION_STATE_STARTED, message.getStarted());
    counts.put(InvocationState.INVOCATION_STATE_SUCCEEDED, message.getSucceeded());
    counts.put(InvocationState.INVOCATION_STATE_FAILED, message.getFailed());
    counts.put(InvocationState.INVOCATION_STATE_TIMED_OUT, message.getTimedOut());
    counts.put(InvocationState.INVOCATION_STATE_CANCELLED, message.getCancelled());
    counts.put(InvocationState.INVOCATION_STATE_REJECTED, message.getRejected());
    counts.put(InvocationState.INVOCATION_STATE_EXPIRED, message.getExpired());
    counts.put(InvocationState.INVOCATION_STATE_LOST, message.getLost());
    return new StateCounts(counts);
  }

  /** Returns how many are in this state. */
  public int in(InvocationState state) {
    return counts.getOrDefault(state, 0);
  }

  /** Returns how many have settled. */
  public int settled() {
    return sum(States::isSettled);
  }

  /** Returns how many there are. */
  public int total() {
    return sum(state -> true);
  }

  /** Returns the settled states, SUCCEEDED aside, that some are in. */
  List<InvocationState> troubles() {
    return ORDER.stream()
        .filter(state -> in(state) > 0 && States.isSettled(state))
        .filter(state -> state != InvocationState.INVOCATION_STATE_SUCCEEDED)
        .toList();
  }

  /** Returns the counts that are not zero, such as {@code 3 SUCCEEDED, 1 LOST}. */
  @Override
  public String toString() {
    return ORDER.stream()
        .filter(state -> in(state) > 0)
        .map(state -> in(state) + " " + States.name(state))
        .collect(Collectors.joining(", "));
  }

  private int sum(Predicate<InvocationState> which) {
    return ORDER.stream().filter(which).mapToInt(this::in).sum();
  }
}

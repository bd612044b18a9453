// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import dev.muster.server.invocation.InvocationState;
import java.util.Arrays;

/** How many invocations of an execution are in each state. Immutable. */
public final class InvocationCounts {
  private final int[] byState;

  private InvocationCounts(int[] byState) {
    this.byState = byState;
  }

  /** Returns the counts of a cohort that waits. */
  public static InvocationCounts allPending(int cohortSize) {
    int[] byState = new int[InvocationState.count()];
    byState[InvocationState.PENDING.index()] = cohortSize;
    return new InvocationCounts(byState);
  }

  /** Returns counts in the order of the states. */
  public static InvocationCounts of(int... byState) {
    if (byState.length != InvocationState.count()) {
      throw new IllegalArgumentException("counts of " + byState.length + " states");
    }
    return new InvocationCounts(byState.clone());
  }

  /** Returns how many are in the state. */
  public int in(InvocationState state) {
    return byState[state.index()];
  }

  /** Returns how many there are. */
  public int total() {
    return Arrays.stream(byState).sum();
  }

  /** Returns how many have not settled. */
  public int unsettled() {
    int n = 0;
    for (InvocationState state : InvocationState.values()) {
      if (!state.isSettled()) {
        n += in(state);
      }
    }
    return n;
  }

  /** Returns whether all SUCCEEDED. */
  public boolean allSucceeded() {
    return in(InvocationState.SUCCEEDED) == total();
  }

  /** Returns the counts after one invocation moved. */
  public InvocationCounts moved(InvocationState from, InvocationState to) {
    return moved(from, to, 1);
  }

  /** Returns the counts after {@code n} invocations moved. */
  public InvocationCounts moved(InvocationState from, InvocationState to, int n) {
    int[] next = byState.clone();
    next[from.index()] -= n;
    next[to.index()] += n;
    if (next[from.index()] < 0) {
      throw new IllegalStateException("more left " + from + " than were in it: " + this);
    }
    return new InvocationCounts(next);
  }

  /**
   * Returns the counts after several moved.
   *
   * @param byState how many more are in each state, in the order of the states
   */
  public InvocationCounts plus(int[] byState) {
    int[] next = this.byState.clone();
    for (int i = 0; i < next.length; i++) {
      next[i] += byState[i];
      if (next[i] < 0) {
        throw new IllegalStateException("more left a state than were in it: " + this);
      }
    }
    return new InvocationCounts(next);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InvocationCounts counts && Arrays.equals(byState, counts.byState);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(byState);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (InvocationState state : InvocationState.values()) {
      if (in(state) != 0) {
        text.append(text.isEmpty() ? "" : " ").append(state).append('=').append(in(state));
      }
    }
    return text.toString();
  }
}

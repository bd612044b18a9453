// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.execution;

import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionSnapshot;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An execution and its invocations as far as a watch has told: event by event, older news never
 * over newer. Not thread-safe.
 */
public final class CohortView {
  private final Map<String, Invocation> invocations = new LinkedHashMap<>();
  private Execution execution = Execution.getDefaultInstance();
  private boolean inSnapshot;
  private boolean whole;

  /** Takes in what a watch told. */
  public void apply(WatchExecutionResponse event) {
    switch (event.getEventCase()) {
      case SNAPSHOT -> apply(event.getSnapshot());
      case INVOCATION -> apply(event.getInvocation());
      case EXECUTION -> apply(event.getExecution());
      case BOOKMARK, EVENT_NOT_SET -> {}
    }
  }

  /** Begins anew: a snapshot follows, even if one broke off before. */
  public void restart() {
    inSnapshot = false;
    whole = false;
  }

  /** Returns the execution; without an id before the first event. */
  public Execution execution() {
    return execution;
  }

  /** Returns the invocations in the cohort's order. */
  public Collection<Invocation> invocations() {
    return Collections.unmodifiableCollection(invocations.values());
  }

  /** Whether every invocation has settled and is known here. */
  public boolean isSettled() {
    return whole && States.isSettled(execution.getState());
  }

  /** Whether every invocation succeeded. */
  public boolean allSucceeded() {
    return execution.getState() == ExecutionState.EXECUTION_STATE_SUCCEEDED;
  }

  /** Returns all of it as one message. */
  public ExecutionSnapshot snapshot() {
    return ExecutionSnapshot.newBuilder()
        .setExecution(execution)
        .addAllInvocations(invocations.values())
        .build();
  }

  private void apply(ExecutionSnapshot part) {
    if (!inSnapshot) {
      invocations.clear();
      execution = part.getExecution();
    }
    apply(part.getExecution());
    part.getInvocationsList().forEach(this::apply);
    inSnapshot = part.getContinues();
    whole = !inSnapshot;
  }

  private void apply(Invocation invocation) {
    invocations.merge(
        invocation.getId(),
        invocation,
        (old, fresh) -> fresh.getRevision() >= old.getRevision() ? fresh : old);
  }

  private void apply(Execution fresh) {
    if (fresh.getRevision() >= execution.getRevision()) {
      execution = fresh;
    }
  }
}

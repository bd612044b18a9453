// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.fake;

import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionSnapshot;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.InvocationCounts;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import dev.muster.proto.type.v1.InvocationState;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How one watch goes: these events, then an end.
 *
 * @param events the events
 * @param end how the stream ends; empty: it stays open
 */
public record WatchScript(List<WatchExecutionResponse> events, Optional<Status> end) {
  /** Copies the events. */
  public WatchScript {
    events = List.copyOf(events);
  }

  /** All of a settled execution: a snapshot of its beginning, each change, and the end. */
  public static WatchScript toTheEnd(Execution execution, List<Invocation> invocations) {
    List<WatchExecutionResponse> events = new ArrayList<>();
    events.add(
        snapshot(
            "c0", running(execution), invocations.stream().map(WatchScript::pending).toList()));
    int number = 0;
    for (Invocation invocation : invocations) {
      events.add(
          WatchExecutionResponse.newBuilder()
              .setCursor("c" + ++number)
              .setInvocation(invocation)
              .build());
    }
    events.add(
        WatchExecutionResponse.newBuilder()
            .setCursor("c" + ++number)
            .setExecution(execution)
            .build());
    return new WatchScript(events, Optional.of(Status.OK));
  }

  /** The beginning of an execution, and then nothing. */
  public static WatchScript stuck(Execution execution, List<Invocation> invocations) {
    return new WatchScript(
        toTheEnd(execution, invocations).events().subList(0, 1), Optional.empty());
  }

  /** The first events of this one, and then this end. */
  public WatchScript cutAfter(int count, Status status) {
    return new WatchScript(events.subList(0, count), Optional.of(status));
  }

  /** The events after the first ones. */
  public WatchScript from(int count) {
    return new WatchScript(events.subList(count, events.size()), end);
  }

  /** Returns a whole snapshot. */
  public static WatchExecutionResponse snapshot(
      String cursor, Execution execution, List<Invocation> invocations) {
    return WatchExecutionResponse.newBuilder()
        .setCursor(cursor)
        .setSnapshot(
            ExecutionSnapshot.newBuilder().setExecution(execution).addAllInvocations(invocations))
        .build();
  }

  private static Execution running(Execution execution) {
    return execution.toBuilder()
        .setState(ExecutionState.EXECUTION_STATE_RUNNING)
        .setRevision(1)
        .setCounts(InvocationCounts.newBuilder().setPending(execution.getCohortSize()))
        .clearSettleTime()
        .build();
  }

  private static Invocation pending(Invocation invocation) {
    return invocation.toBuilder()
        .setState(InvocationState.INVOCATION_STATE_PENDING)
        .setRevision(1)
        .clearResult()
        .clearSettleTime()
        .build();
  }
}

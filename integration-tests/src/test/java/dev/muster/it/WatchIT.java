// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static dev.muster.it.fleet.ScriptedAgent.step;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_ACKNOWLEDGED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_STARTED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.Operator;
import dev.muster.it.fleet.RefusedCall;
import dev.muster.it.fleet.ScriptedAgent;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import dev.muster.proto.type.v1.InvocationState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A live watch: what it shows, and how it goes on after a break. */
final class WatchIT {
  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  @Test
  void brokenWatch_goesOnAfterItsCursor_alsoWithAServerThatWasKilled() {
    ScriptedAgent agent = fleet.scriptedAgent("seen").action("work");
    ScriptedAgent.Stream stream = agent.connect();
    Execution execution = fleet.operator().dispatchTo("work", "seen");
    String id = stream.expectExecute().getInvocationId();

    List<WatchExecutionResponse> first =
        fleet.operator().watch(watch(execution, ""), event -> event.hasSnapshot());
    var unusedAck = stream.report(id, step(INVOCATION_STATE_ACKNOWLEDGED));
    List<WatchExecutionResponse> second =
        fleet
            .operator()
            .watch(
                watch(execution, cursorOf(first)),
                event -> sees(event, INVOCATION_STATE_ACKNOWLEDGED));
    fleet.killAndRestartServer();
    var unusedReport =
        agent.report(id, step(INVOCATION_STATE_STARTED), step(INVOCATION_STATE_SUCCEEDED));
    List<WatchExecutionResponse> third =
        fleet.operator().watch(watch(execution, cursorOf(second)), event -> false);

    assertThat(second)
        .as("after a cursor there is no snapshot")
        .noneMatch(event -> event.hasSnapshot());
    assertThat(second).anyMatch(event -> sees(event, INVOCATION_STATE_ACKNOWLEDGED));
    assertThat(third).anyMatch(event -> sees(event, INVOCATION_STATE_SUCCEEDED));
    assertThat(third)
        .filteredOn(WatchExecutionResponse::hasExecution)
        .last()
        .matches(
            event -> event.getExecution().getState() == ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(fleet.operator().watch(watch(execution, cursorOf(third)), event -> false))
        .as("nothing new after the end")
        .noneMatch(event -> event.hasInvocation() || event.hasSnapshot());
  }

  @Test
  void watchOfASettledExecution_isASnapshotAndAnEnd() {
    ScriptedAgent agent = fleet.scriptedAgent("settled").action("work");
    ScriptedAgent.Stream stream = agent.connect();
    Execution execution = fleet.operator().dispatchTo("work", "settled");
    var unused =
        stream.report(
            stream.expectExecute().getInvocationId(),
            step(INVOCATION_STATE_ACKNOWLEDGED),
            step(INVOCATION_STATE_STARTED),
            step(INVOCATION_STATE_SUCCEEDED));
    var unusedSettled = fleet.operator().awaitSettled(execution.getId());

    List<WatchExecutionResponse> events =
        fleet.operator().watch(watch(execution, ""), event -> false);

    assertThat(events).first().matches(WatchExecutionResponse::hasSnapshot);
    assertThat(events).anyMatch(event -> sees(event, INVOCATION_STATE_SUCCEEDED));
  }

  @Test
  void watchOfNothing_isNotFound_andADamagedCursorIsRefused() {
    ScriptedAgent agent = fleet.scriptedAgent("cursor").action("work");
    ScriptedAgent.Stream stream = agent.connect();
    Execution execution = fleet.operator().dispatchTo("work", "cursor");
    var unused = stream.expectExecute();

    RefusedCall nothing =
        RefusedCall.of(
            () -> {
              var unusedEvents =
                  fleet
                      .operator()
                      .watch(
                          WatchExecutionRequest.newBuilder()
                              .setExecutionId("00000000-0000-7000-8000-000000000000")
                              .build(),
                          event -> true);
            });
    RefusedCall damaged =
        RefusedCall.of(
            () -> {
              var unusedEvents = fleet.operator().watch(watch(execution, "damaged"), event -> true);
            });

    assertThat(nothing.codeAndReason()).isEqualTo("NOT_FOUND EXECUTION_NOT_FOUND");
    assertThat(damaged.code().name()).isIn("INVALID_ARGUMENT", "OUT_OF_RANGE");
    assertThat(damaged.reason()).isNotEmpty();
  }

  private static WatchExecutionRequest watch(Execution execution, String cursor) {
    return WatchExecutionRequest.newBuilder()
        .setExecutionId(execution.getId())
        .setCursor(cursor)
        .build();
  }

  private static String cursorOf(List<WatchExecutionResponse> events) {
    return events.get(events.size() - 1).getCursor();
  }

  private static boolean sees(WatchExecutionResponse event, InvocationState state) {
    return Operator.invocationsOf(event).stream()
        .anyMatch(invocation -> invocation.getState() == state);
  }
}

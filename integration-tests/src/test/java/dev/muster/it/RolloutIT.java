// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ResumeExecutionRequest;
import dev.muster.proto.operator.v1.RetryExecutionRequest;
import dev.muster.proto.operator.v1.Rollout;
import dev.muster.proto.type.v1.InvocationState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Rollouts with real servers, agents and hooks, and the server killed in the middle of them. What
 * ran, and in which order, is asserted from what the hooks themselves wrote into one file.
 */
final class RolloutIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension final FleetHarness fleet = new FleetHarness();

  private List<AgentProcess> agents(int count, String end) {
    List<AgentProcess> agents = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      // Short lines appended by one write each: O_APPEND keeps them whole.
      agents.add(
          fleet
              .agent("node-" + i)
              .label("fleet", "all")
              .hook(
                  "work",
                  "echo \"start $MUSTER_INVOCATION_ID\" >> "
                      + file()
                      + "\nsleep 0.5\necho \"end $MUSTER_INVOCATION_ID\" >> "
                      + file()
                      + "\n"
                      + end)
              .launch());
    }
    agents.forEach(AgentProcess::awaitReady);
    return agents;
  }

  private Path file() {
    return fleet.folder().resolve("order");
  }

  private List<String> lines() {
    try {
      return Files.exists(file()) ? Files.readAllLines(file()) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long begun() {
    return lines().stream().filter(line -> line.startsWith("start ")).count();
  }

  private void awaitBegun(int runs) {
    Eventually.eventually(runs + " runs have begun", PATIENCE, () -> begun() >= runs);
  }

  /** One after the other: each start is followed by its own end. */
  private void assertNoneOverlapped() {
    List<String> lines = lines();
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      assertThat(lines.get(i)).as("%s", lines).startsWith("start ");
      assertThat(lines.get(i + 1)).as("%s", lines).isEqualTo(lines.get(i).replace("start", "end"));
    }
    assertThat(lines).doesNotHaveDuplicates();
  }

  private Execution dispatch(Rollout.Builder rollout) {
    return fleet
        .operator()
        .dispatch("work", request -> request.setSelector("fleet=all").setRollout(rollout));
  }

  private Execution awaitState(Execution execution, ExecutionState state) {
    return Eventually.eventually(
        "the execution is " + state,
        PATIENCE,
        () -> fleet.operator().execution(execution.getId()),
        now -> now.getState() == state);
  }

  @Test
  void serverKilledInTheMiddle_goesOn_oneNodeAtATime_andNothingRunsTwice() {
    var agents = agents(4, "");
    Execution execution = dispatch(Rollout.newBuilder().setMaxParallel(1));

    awaitBegun(1);
    fleet.killAndRestartServer();
    awaitBegun(3);
    fleet.killAndRestartServer();

    Execution settled = fleet.operator().awaitSettled(execution.getId());
    assertThat(settled.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(settled.getCounts().getSucceeded()).isEqualTo(agents.size());
    assertThat(lines()).hasSize(2 * agents.size());
    assertNoneOverlapped();
  }

  @Test
  void pausedByItsBudget_hasExactlySoManyFailures_thoughTheServerDied_andTheRestCanBeRetried() {
    var agents = agents(6, "exit 1");
    Execution execution = dispatch(Rollout.newBuilder().setMaxParallel(1).setMaxFailures(3));

    awaitBegun(2);
    fleet.killAndRestartServer();

    Execution paused = awaitState(execution, ExecutionState.EXECUTION_STATE_PAUSED);
    assertThat(paused.getCounts().getFailed()).isEqualTo(3);
    assertThat(paused.getCounts().getPending()).isEqualTo(agents.size() - 3);
    assertThat(paused.getStateReason()).startsWith("3 failures, and 3 pause it");
    assertNoneOverlapped();

    fleet.killAndRestartServer();
    assertThat(fleet.operator().execution(execution.getId()).getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_PAUSED);
    var unused = fleet.operator().cancel(execution.getId());
    Execution cancelled = fleet.operator().awaitSettled(execution.getId());
    assertThat(cancelled.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_CANCELLED);
    assertThat(cancelled.getCounts().getFailed()).isEqualTo(3);
    assertThat(cancelled.getCounts().getCancelled()).isEqualTo(agents.size() - 3);
    assertThat(begun()).as("nobody else has run").isEqualTo(3);

    Execution retry =
        fleet
            .operator()
            .executions()
            .retryExecution(
                RetryExecutionRequest.newBuilder()
                    .setExecutionId(execution.getId())
                    .addStates(InvocationState.INVOCATION_STATE_CANCELLED)
                    .build())
            .getExecution();
    assertThat(retry.getSourceExecutionId()).isEqualTo(execution.getId());
    Execution retried = fleet.operator().awaitSettled(retry.getId());
    assertThat(retried.getCounts().getFailed()).isEqualTo(agents.size() - 3);
    assertThat(nodesOf(retry))
        .containsExactlyInAnyOrderElementsOf(
            nodesIn(cancelled, InvocationState.INVOCATION_STATE_CANCELLED));
    assertThat(begun()).isEqualTo(agents.size());
  }

  private List<String> nodesOf(Execution execution) {
    return fleet.operator().invocations(execution.getId()).stream()
        .map(Invocation::getNodeName)
        .toList();
  }

  private List<String> nodesIn(Execution execution, InvocationState state) {
    return fleet.operator().invocations(execution.getId()).stream()
        .filter(invocation -> invocation.getState() == state)
        .map(Invocation::getNodeName)
        .toList();
  }

  @Test
  void canaryThatFails_keepsTheOthersBack_untilTheResume() throws IOException {
    var agents = agents(3, "[ -e " + fleet.folder().resolve("mended") + " ]");
    Execution execution = dispatch(Rollout.newBuilder().setCanary(1));

    Execution paused = awaitState(execution, ExecutionState.EXECUTION_STATE_PAUSED);
    assertThat(paused.getStateReason()).startsWith("Not every canary succeeded");
    assertThat(begun()).isEqualTo(1);
    Files.createFile(fleet.folder().resolve("mended"));
    var resumed =
        fleet
            .operator()
            .executions()
            .resumeExecution(
                ResumeExecutionRequest.newBuilder().setExecutionId(execution.getId()).build());
    assertThat(resumed.getExecution().getState()).isEqualTo(ExecutionState.EXECUTION_STATE_RUNNING);

    Execution settled = fleet.operator().awaitSettled(execution.getId());
    assertThat(settled.getCounts().getSucceeded()).isEqualTo(agents.size() - 1);
    assertThat(settled.getCounts().getFailed()).isEqualTo(1);
  }
}

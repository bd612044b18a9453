// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.ScriptedAgent;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.type.v1.InvocationState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How much runs at once on a node. */
final class SlotsIT {
  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  @Test
  void neverMoreThanSlotsRunAtOnce_andNeverTwoOfAnExclusiveGroup() {
    AgentProcess agent = fleet.agent("busy").setting("slots", "3");
    String runs = agent.folder().resolve("runs").toString();
    for (String action : List.of("free", "apt-update", "apt-install")) {
      agent.hook(
          action,
          "echo \"start "
              + action
              + "\" >> "
              + runs
              + "\nsleep 0.15\necho \"end "
              + action
              + "\" >> "
              + runs);
    }
    agent
        .sidecar("apt-update", "{\"exclusive_group\":\"apt\"}")
        .sidecar("apt-install", "{\"exclusive_group\":\"apt\"}")
        .start();

    List<Execution> executions = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      for (String action : List.of("free", "apt-update", "apt-install")) {
        executions.add(fleet.operator().dispatchTo(action, "busy"));
      }
    }

    assertThat(executions)
        .allSatisfy(
            execution ->
                assertThat(fleet.operator().awaitSettled(execution.getId()).getState())
                    .isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED));
    List<String> lines = agent.linesOf("runs");
    assertThat(lines).hasSize(2 * executions.size());
    assertThat(mostAtOnce(lines)).isBetween(2, 3);
    assertThat(mostAtOnce(lines.stream().filter(line -> line.contains("apt-")).toList()))
        .isEqualTo(1);
  }

  @Test
  void serverHandsOverNoMoreThanSlots_inTheOrderOfTheDispatches() {
    ScriptedAgent agent = fleet.scriptedAgent("two").action("work").slots(2);
    ScriptedAgent.Stream stream = agent.connect();
    List<String> dispatched = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      dispatched.add(
          fleet
              .operator()
              .onlyInvocation(fleet.operator().dispatchTo("work", "two").getId())
              .getId());
    }
    List<String> handedOver = new ArrayList<>();
    handedOver.add(stream.expectExecute().getInvocationId());
    handedOver.add(stream.expectExecute().getInvocationId());

    assertThat(stream.isSilentFor(Duration.ofMillis(300))).as("no third one").isTrue();
    for (int i = 0; i < 3; i++) {
      stream.callback(
          handedOver.get(i),
          ScriptedAgent.step(InvocationState.INVOCATION_STATE_ACKNOWLEDGED),
          ScriptedAgent.step(InvocationState.INVOCATION_STATE_STARTED),
          ScriptedAgent.step(InvocationState.INVOCATION_STATE_SUCCEEDED));
      handedOver.add(stream.nextExecute().getInvocationId());
    }

    assertThat(handedOver).isEqualTo(dispatched);
  }

  private static int mostAtOnce(List<String> lines) {
    int running = 0;
    int most = 0;
    for (String line : lines) {
      running += line.startsWith("start ") ? 1 : -1;
      most = Math.max(most, running);
    }
    return most;
  }
}

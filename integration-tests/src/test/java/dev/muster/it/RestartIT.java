// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_STARTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.RefusedCall;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ListExecutionsRequest;
import dev.muster.proto.operator.v1.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Servers and agents that stop and start again in good order. */
final class RestartIT {
  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  @Test
  void everythingRestartedAtRest_nodesComeBackWithTheirKeys_andHistoryRemains() {
    List<AgentProcess> agents =
        List.of(
            fleet.agent("rest-1").label("at", "rest"), fleet.agent("rest-2").label("at", "rest"));
    agents.forEach(agent -> agent.hook("work", "echo done").launch());
    agents.forEach(AgentProcess::awaitReady);
    List<String> executions = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Execution execution =
          fleet.operator().dispatch("work", request -> request.setSelector("at=rest"));
      executions.add(0, fleet.operator().awaitSettled(execution.getId()).getId());
    }
    List<String> listed = fleet.operator().executionIds(200);
    List<GetInvocationResponse> histories = histories(executions);
    Node before = fleet.operator().node("rest-1");

    agents.forEach(AgentProcess::stop);
    fleet.server().stop();
    fleet.restartServer();
    agents.forEach(AgentProcess::launch);
    agents.forEach(AgentProcess::awaitReady);

    Node after = fleet.operator().node("rest-1");
    assertThat(after.getId()).isEqualTo(before.getId());
    assertThat(after.getEpoch()).isGreaterThan(before.getEpoch());
    assertThat(after.getLabelsMap()).containsEntry("at", "rest");
    assertThat(listed).containsSubsequence(executions);
    for (int pageSize : List.of(1, 2, 3, 200)) {
      assertThat(fleet.operator().executionIds(pageSize)).as("by %d", pageSize).isEqualTo(listed);
    }
    assertThat(histories(executions)).isEqualTo(histories);
    Execution again = fleet.operator().dispatch("work", request -> request.setSelector("at=rest"));
    assertThat(fleet.operator().awaitSettled(again.getId()).getCounts().getSucceeded())
        .isEqualTo(2);
  }

  @Test
  void pageToken_isBoundToItsFilter_andDamageIsTold() {
    AgentProcess agent = fleet.agent("pages");
    agent.hook("work", "true").start();
    for (int i = 0; i < 2; i++) {
      var unused =
          fleet.operator().awaitSettled(fleet.operator().dispatchTo("work", "pages").getId());
    }
    String token =
        fleet
            .operator()
            .executions()
            .listExecutions(ListExecutionsRequest.newBuilder().setPageSize(1).build())
            .getNextPageToken();

    RefusedCall foreign =
        listed(ListExecutionsRequest.newBuilder().setPageToken(token).setAction("other").build());
    RefusedCall damaged =
        listed(ListExecutionsRequest.newBuilder().setPageToken("x" + token).build());
    RefusedCall tooLarge = listed(ListExecutionsRequest.newBuilder().setPageSize(201).build());

    assertThat(foreign.codeAndReason()).isEqualTo("PERMISSION_DENIED PAGE_TOKEN_FOREIGN");
    assertThat(damaged.codeAndReason()).isEqualTo("INVALID_ARGUMENT PAGE_TOKEN_INVALID");
    assertThat(tooLarge.codeAndReason()).isEqualTo("INVALID_ARGUMENT LIMIT_OUT_OF_RANGE");
  }

  @Test
  void serverStoppedInARun_sendsItsAgentsAway_andTheyComeBackWithTheResult() throws IOException {
    AgentProcess agent = fleet.agent("returns");
    Path go = agent.folder().resolve("go");
    agent
        .hook(
            "wait",
            "echo run >> "
                + agent.folder().resolve("runs")
                + "\nwhile [ ! -e "
                + go
                + " ]; do sleep 0.05; done")
        .start();
    Execution execution = fleet.operator().dispatchTo("wait", "returns");
    fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_STARTED);
    long epoch = fleet.operator().node("returns").getEpoch();

    fleet.server().stop();
    Files.createFile(go);
    fleet.restartServer();

    assertThat(agent.awaitConnected()).isGreaterThan(epoch);
    assertThat(fleet.operator().awaitSettled(execution.getId()).getCounts().getSucceeded())
        .isEqualTo(1);
    assertThat(agent.linesOf("runs")).hasSize(1);
  }

  @Test
  void agentStoppedInARun_letsItEnd_andTellsTheResult() {
    AgentProcess agent = fleet.agent("leaves").setting("shutdown-grace", "20s");
    agent
        .hook("short", "echo run >> " + agent.folder().resolve("runs") + "\nsleep 1; echo whole")
        .start();
    Execution execution = fleet.operator().dispatchTo("short", "leaves");
    fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_STARTED);

    agent.stop();
    var unused = fleet.operator().awaitOffline("leaves");
    agent.launch();

    assertThat(fleet.operator().awaitSettled(execution.getId()).getCounts().getSucceeded())
        .isEqualTo(1);
    assertThat(fleet.operator().onlyInvocation(execution.getId()).getStdoutText())
        .isEqualTo("whole\n");
    assertThat(agent.linesOf("runs")).hasSize(1);
  }

  @Test
  void agentStoppedInARunThatGoesOn_endsIt_andTellsThat() {
    AgentProcess agent = fleet.agent("ends").setting("shutdown-grace", "0s");
    agent
        .hook("long", "echo run >> " + agent.folder().resolve("runs") + "\nsleep 600")
        .hook("next", "echo fine")
        .start();
    Execution execution = fleet.operator().dispatchTo("long", "ends");
    fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_STARTED);

    agent.stop();
    agent.launch();

    assertThat(fleet.operator().awaitSettled(execution.getId()).getCounts().getCancelled())
        .isEqualTo(1);
    Invocation ended = fleet.operator().onlyInvocation(execution.getId());
    assertThat(ended.getStarted()).isTrue();
    assertThat(ended.getReason()).isEqualTo("AGENT_SHUTDOWN");
    Execution next = fleet.operator().dispatchTo("next", "ends");
    assertThat(fleet.operator().awaitSettled(next.getId()).getCounts().getSucceeded()).isEqualTo(1);
    assertThat(agent.linesOf("runs")).hasSize(1);
  }

  private static RefusedCall listed(ListExecutionsRequest request) {
    return RefusedCall.of(
        () -> {
          var unused = fleet.operator().executions().listExecutions(request);
        });
  }

  private static List<GetInvocationResponse> histories(List<String> executions) {
    return executions.stream()
        .flatMap(id -> fleet.operator().invocations(id).stream())
        .map(invocation -> fleet.operator().invocation(invocation.getId()))
        .toList();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.LiveHeap;
import dev.muster.it.fleet.RefusedCall;
import dev.muster.it.fleet.ScriptedAgent;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.operator.v1.CreateJoinTokenRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.InvocationCounts;
import dev.muster.proto.type.v1.InvocationState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A thousand nodes, one of which reads nothing and says that it lives. */
@Timeout(400)
final class DeafNodeIT {
  private static final int OTHERS = 999;
  private static final int SLOTS = 64;

  /** More than the deaf node has slots. */
  private static final int EXECUTIONS = SLOTS + 16;

  /** For the deaf node alone, many times as many as it has slots. */
  private static final int ITS_OWN = 900;

  private static final String INPUT = "{\"data\":\"" + "x".repeat(16 << 10) + "\"}";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @RegisterExtension
  final FleetHarness fleet = new FleetHarness().serverSetting("--heartbeat-interval", "10s");

  @Test
  void deafNode_holdsUpNobody_costsABoundedAmount_andIsSentAway() {
    try (LineProcess swarm = swarm()) {
      assertThat(swarm.ask("enroll " + OTHERS)).contains("\"ok\":true");
      assertThat(swarm.ask("connect " + OTHERS)).contains("\"nodes\":" + OTHERS);
      ScriptedAgent deaf =
          fleet
              .scriptedAgent("deaf", Map.of("fleet", "swarm", "deaf", "yes"))
              .action("swarm.noop")
              .slots(SLOTS);
      ScriptedAgent.Stream stream = deaf.connect();
      stream.stopReading();

      List<String> executions = new ArrayList<>();
      for (int i = 0; i < ITS_OWN; i++) {
        executions.add(dispatch("deaf=yes"));
        stream.heartbeat();
      }
      assertThat(LiveHeap.instances(fleet.server().program(), Execute.class))
          .as("commands in the server's memory, while it is connected")
          .isPositive()
          .isLessThanOrEqualTo(SLOTS);
      assertThat(fleet.operator().node("deaf").getOnline()).isTrue();
      for (int i = 0; i < EXECUTIONS; i++) {
        executions.add(dispatch("fleet=swarm"));
        stream.heartbeat();
      }
      List<String> ofAll = executions.subList(ITS_OWN, executions.size());
      ofAll.forEach(this::awaitTheOthers);
      ofAll.forEach(
          execution ->
              assertThat(fleet.operator().execution(execution).getCounts().getSucceeded())
                  .isEqualTo(OTHERS));

      // What waits for it are no more commands than it has slots; the rest is in the store.
      int handedOver = 0;
      for (String execution : executions) {
        InvocationCounts counts = fleet.operator().execution(execution).getCounts();
        assertThat(counts.getDispatched() + counts.getPending()).isEqualTo(1);
        handedOver += counts.getDispatched();
      }
      assertThat(handedOver).isLessThanOrEqualTo(SLOTS);
      Eventually.eventually(
          "its session ends, whatever it says",
          PATIENCE,
          () -> {
            stream.heartbeat();
            return !fleet.operator().node("deaf").getOnline();
          });
      stream.readOn(); // It would not read of the end either.
      RefusedCall end = stream.end();
      assertThat(end.reason()).isEqualTo("HEARTBEAT_MISSED");
      assertThat(end.metadata()).containsEntry("what", "reads nothing");

      getsWhatIsItsOwn(deaf.connect());
      for (String execution : executions) {
        assertThat(fleet.operator().awaitSettled(execution).getState())
            .isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
      }
      assertThat(swarm.ask("stats"))
          .contains("\"executes\":" + EXECUTIONS * OTHERS, "\"repeats\":0");
    }
  }

  /** Each command once, though some were written to the stream that it did not read. */
  private static void getsWhatIsItsOwn(ScriptedAgent.Stream stream) {
    Set<String> got = new HashSet<>();
    for (int i = 0; i < EXECUTIONS + ITS_OWN; i++) {
      Execute execute = stream.nextExecute();
      assertThat(got.add(execute.getInvocationId())).isTrue();
      var unused =
          stream.callback(
              execute.getInvocationId(),
              ScriptedAgent.step(InvocationState.INVOCATION_STATE_ACKNOWLEDGED),
              ScriptedAgent.step(InvocationState.INVOCATION_STATE_STARTED),
              ScriptedAgent.step(InvocationState.INVOCATION_STATE_SUCCEEDED));
    }
  }

  private String dispatch(String selector) {
    return fleet
        .operator()
        .dispatch("swarm.noop", request -> request.setSelector(selector).setInputJson(INPUT))
        .getId();
  }

  private void awaitTheOthers(String execution) {
    Execution seen =
        Eventually.eventually(
            OTHERS + " have settled",
            PATIENCE,
            () -> fleet.operator().execution(execution),
            now -> now.getCounts().getSucceeded() >= OTHERS);
    assertThat(seen.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_RUNNING);
  }

  private LineProcess swarm() {
    String token =
        fleet
            .operator()
            .nodes()
            .createJoinToken(
                CreateJoinTokenRequest.newBuilder()
                    .setMaxUses(OTHERS)
                    .putLabels("fleet", "swarm")
                    .build())
            .getSecret();
    return LineProcess.start(
        SwarmMain.class,
        "--control",
        "--nodes",
        String.valueOf(OTHERS),
        "--server",
        "localhost:" + fleet.server().agentPort(),
        "--identities",
        fleet.folder().resolve("swarm.keys").toString(),
        "--join-token",
        token);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.FleetHarness;
import dev.muster.proto.operator.v1.CreateJoinTokenRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.PrepareMode;
import dev.muster.proto.operator.v1.PreparePolicy;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.swarm.raw.RawEchoServer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The swarm as a process, against a real server and against the raw one. */
@Timeout(180)
final class SwarmIT {
  private static final int NODES = 200;
  private static final Pattern RAW_READY = Pattern.compile("raw server ready port=(\\d+)");

  @RegisterExtension final FleetHarness fleet = new FleetHarness();

  private LineProcess swarm() {
    String token =
        fleet
            .operator()
            .nodes()
            .createJoinToken(
                CreateJoinTokenRequest.newBuilder()
                    .setMaxUses(NODES)
                    .putLabels("fleet", "swarm")
                    .build())
            .getSecret();
    return swarm("--join-token", token);
  }

  private LineProcess swarm(String... more) {
    String[] arguments = {
      "--control",
      "--server",
      "localhost:" + fleet.server().agentPort(),
      "--identities",
      fleet.folder().resolve("swarm.keys").toString()
    };
    String[] all = new String[arguments.length + more.length];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return LineProcess.start(SwarmMain.class, all);
  }

  private String dispatch() {
    return fleet
        .operator()
        .dispatch("swarm.noop", request -> request.setSelector("fleet=swarm"))
        .getId();
  }

  private String dispatchBehindABarrier() {
    return fleet
        .operator()
        .dispatch(
            "swarm.noop",
            request ->
                request
                    .setSelector("fleet=swarm")
                    .setPrepare(
                        PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_BARRIER)))
        .getId();
  }

  private void assertAllSucceeded(String execution) {
    Execution settled = fleet.operator().awaitSettled(execution);
    assertThat(settled.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(fleet.operator().invocations(execution))
        .hasSize(NODES)
        .extracting(Invocation::getState)
        .containsOnly(InvocationState.INVOCATION_STATE_SUCCEEDED);
  }

  @Test
  void killedServer_findsTheSwarmAgain_andNothingRunsTwice() {
    try (LineProcess swarm = swarm()) {
      assertThat(swarm.ask("enroll " + NODES)).contains("\"ok\":true", "\"enrolled\":" + NODES);
      assertThat(swarm.ask("connect " + NODES)).contains("\"ok\":true", "\"nodes\":" + NODES);

      assertAllSucceeded(dispatch());
      assertAllSucceeded(dispatchBehindABarrier());
      assertThat(swarm.ask("set answer-ms 2000")).isEqualTo("{\"ok\":true}");
      String killedInIt = dispatch();
      fleet.killAndRestartServer();

      assertThat(swarm.ask("await " + NODES)).contains("\"ok\":true");
      assertAllSucceeded(killedInIt);
      assertThat(swarm.ask("stats"))
          .contains("\"connected\":" + NODES, "\"executes\":" + 3 * NODES, "\"repeats\":0");
      assertThat(swarm.ask("quit")).isEqualTo("{\"ok\":true}");
    }
  }

  @Test
  void secondStart_enrollsNothing_andTrustsTheServerByWhatItKept() {
    try (LineProcess first = swarm()) {
      assertThat(first.ask("enroll " + NODES)).contains("\"ok\":true");
    }

    try (LineProcess second = swarm()) {
      assertThat(second.ask("connect " + NODES)).contains("\"ok\":true", "\"nodes\":" + NODES);
      assertThat(second.ask("connect " + (NODES - 50))).contains("\"nodes\":" + (NODES - 50));
      assertThat(second.ask("disconnect")).contains("\"nodes\":0");
      assertThat(second.ask("connect " + (NODES + 1))).contains("\"ok\":false");
    }
  }

  @Test
  void rawServer_countsEveryReply() {
    try (LineProcess raw = LineProcess.start(RawEchoServer.class)) {
      Matcher ready = RAW_READY.matcher(raw.nextLine());
      assertThat(ready.matches()).isTrue();
      try (LineProcess swarm =
          LineProcess.start(
              SwarmMain.class,
              "--control",
              "--raw",
              "--plaintext",
              "--server",
              "localhost:" + ready.group(1))) {
        assertThat(swarm.ask("enroll " + NODES)).contains("\"ok\":true");
        assertThat(swarm.ask("connect " + NODES)).contains("\"ok\":true");

        assertThat(raw.ask("nodes")).isEqualTo("{\"ok\":true,\"nodes\":" + NODES + "}");
        assertThat(raw.ask("fanout " + NODES + " 64")).contains("\"ok\":true", "\"ms\":");
        assertThat(raw.ask("pingpong 20 64")).contains("\"ok\":true", "\"p50\":");
        assertThat(swarm.ask("stats"))
            .contains("\"executes\":" + NODES, "\"callbacks\":" + 2 * NODES, "\"prepares\":20");
      }
    }
  }
}

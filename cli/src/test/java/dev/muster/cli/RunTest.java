// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.google.protobuf.Duration;
import dev.muster.cli.Cli.Outcome;
import dev.muster.cli.fake.FakeServer;
import dev.muster.cli.fake.WatchScript;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.OfflinePolicy;
import dev.muster.proto.operator.v1.PrepareMode;
import dev.muster.proto.operator.v1.View;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.type.v1.Danger;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Result;
import dev.muster.proto.type.v1.ResultError;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RunTest {
  private final FakeServer server = FakeServer.start();
  private final Cli cli = Cli.of(server);

  @BeforeEach
  void haveNodes() {
    server.fleet().addNode("web-1", Map.of("role", "web"));
    server.fleet().addNode("web-2", Map.of("role", "web"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void allSucceeded_isExitCode0() {
    Outcome outcome = cli.run("run", "disk-report", "--selector", "role=web");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .contains("RUNNING 0/2: 2 PENDING", "web-1  SUCCEEDED  240ms")
        .contains("SUCCEEDED after 2.5s: disk-report on 2 nodes, 2 SUCCEEDED");
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void oneFailed_isExitCode1_andComesFirst() {
    server
        .fleet()
        .outcome(
            "web-2",
            invocation ->
                invocation
                    .setState(InvocationState.INVOCATION_STATE_FAILED)
                    .setResult(
                        Result.newBuilder()
                            .setExitCode(5)
                            .setError(
                                ResultError.newBuilder()
                                    .setCode("HOOK_EXIT_NONZERO")
                                    .setMessage("nginx.service not found"))));

    Outcome outcome = cli.run("run", "restart", "-n", "web-1,web-2");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out().lines().filter(line -> line.startsWith("web-")))
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .matches("web-2 +FAILED +240ms +5 +HOOK_EXIT_NONZERO: nginx.service not found"),
            second -> assertThat(second).startsWith("web-1  SUCCEEDED"));
    assertThat(outcome.out()).contains("FAILED: ran and failed.");
  }

  @Test
  void lostNode_isToldAsUnknown() {
    server
        .fleet()
        .outcome(
            "web-1",
            i -> i.setState(InvocationState.INVOCATION_STATE_LOST).setReason("JOURNAL_LOST"));

    Outcome outcome = cli.run("run", "restart", "-l", "role=web");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out())
        .contains("1 SUCCEEDED, 1 LOST")
        .contains("LOST: handed over and not heard of since: nobody knows whether it ran");
  }

  @Test
  void request_carriesWhatWasSaid() {
    cli.run(
        "run",
        "restart",
        "-n",
        "web-1",
        "--node",
        "web-2",
        "service=nginx",
        "grace:=5",
        "--reason",
        "INC-42",
        "--start-within",
        "0",
        "--run-timeout",
        "90s",
        "--offline",
        "skip",
        "--prepare",
        "barrier",
        "--quorum",
        "80%",
        "--max-parallel",
        "10%",
        "--canary",
        "1",
        "--confirm",
        "--request-id",
        "my-id",
        "--project",
        "p1");

    assertThat(dispatched())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.getNodeIdsList()).containsExactly("web-1", "web-2");
              assertThat(request.getAction()).isEqualTo("restart");
              assertThat(request.getInputJson()).isEqualTo("{\"service\":\"nginx\",\"grace\":5}");
              assertThat(request.getReason()).isEqualTo("INC-42");
              assertThat(request.hasStartWithin()).isTrue();
              assertThat(request.getStartWithin()).isEqualTo(Duration.getDefaultInstance());
              assertThat(request.getRunTimeout().getSeconds()).isEqualTo(90);
              assertThat(request.getOffline()).isEqualTo(OfflinePolicy.OFFLINE_POLICY_SKIP);
              assertThat(request.getPrepare().getMode())
                  .isEqualTo(PrepareMode.PREPARE_MODE_BARRIER);
              assertThat(request.getPrepare().getQuorumPercent()).isEqualTo(80);
              assertThat(request.getRollout().getMaxParallelPercent()).isEqualTo(10);
              assertThat(request.getRollout().getCanary()).isEqualTo(1);
              assertThat(request.getConfirmed()).isTrue();
              assertThat(request.getRequestId()).isEqualTo("my-id");
              assertThat(request.getProjectId()).isEqualTo("p1");
            });
  }

  @Test
  void whatWasNotSaid_isLeftToTheServer() {
    cli.run("run", "restart", "-n", "web-1");

    assertThat(dispatched())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.hasStartWithin()).isFalse();
              assertThat(request.hasRunTimeout()).isFalse();
              assertThat(request.hasExpireTime()).isFalse();
              assertThat(request.hasPrepare()).isFalse();
              assertThat(request.hasRollout()).isFalse();
              assertThat(request.getOffline()).isEqualTo(OfflinePolicy.OFFLINE_POLICY_UNSPECIFIED);
              assertThat(request.getInputJson()).isEmpty();
            });
  }

  @Test
  void pipedInput_isSentByteForByte() {
    String json = "{ \"n\" : 9007199254740993 }\n";

    cli.piping(json).run("run", "restart", "-n", "web-1", "--input", "-");

    assertThat(dispatched())
        .singleElement()
        .satisfies(request -> assertThat(request.getInputJson()).isEqualTo(json));
  }

  @Test
  void request_saysThatTheCommandLineAsks() {
    cli.run("run", "restart", "-n", "web-1");

    assertThat(server.received().get(0).header("muster-surface")).isEqualTo("CLI");
    assertThat(server.received().get(0).header("authorization"))
        .isEqualTo("Bearer " + FakeServer.TOKEN.format());
  }

  @Test
  void lostAnswer_isAskedForAgain_andNothingRunsTwice() {
    server.mishaps().loseAnswer().loseAnswer();

    Outcome outcome = cli.run("run", "restart", "-n", "web-1");

    assertThat(outcome.exitCode()).isZero();
    assertThat(dispatched()).hasSize(3);
    assertThat(dispatched().stream().map(DispatchExecutionRequest::getRequestId).distinct())
        .hasSize(1)
        .doesNotContain("");
    assertThat(server.fleet().executions()).hasSize(1);
    assertThat(cli.pauses).hasSize(2);
  }

  @Test
  void serverThatStaysAway_isExitCode4() {
    for (int i = 0; i < 5; i++) {
      server.mishaps().loseAnswer();
    }

    Outcome outcome = cli.run("run", "restart", "-n", "web-1");

    assertThat(outcome.exitCode()).isEqualTo(4);
    assertThat(outcome.err()).contains("cannot be reached").contains("--request-id");
    assertThat(outcome.err()).contains(dispatched().get(0).getRequestId());
  }

  @Test
  void refusal_isExitCode3_withReasonAndVariables() {
    server
        .mishaps()
        .refuse(
            WireErrors.exception(
                ErrorReason.ERROR_REASON_MALFORMED_SELECTOR,
                "The selector has no operator at character 5.",
                Map.of("offset", "5", "correlation_id", "corr-7")));

    Outcome outcome = cli.run("run", "restart", "-l", "role web");

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .isEqualTo(
            """
            error: The selector has no operator at character 5.
              reason: MALFORMED_SELECTOR (INVALID_ARGUMENT)
                role web
                     ^
              offset: 5
              correlation id: corr-7
            """);
  }

  @Test
  void confirmationWithoutATerminal_isRefused() {
    server.fleet().addAction("wipe", Danger.DANGER_CRITICAL);

    Outcome outcome = cli.run("run", "wipe", "-l", "role=web");

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.err()).contains("CONFIRMATION_REQUIRED", "--confirm");
    assertThat(server.fleet().executions()).isEmpty();
  }

  @Test
  void cohortSizeTyped_confirms() {
    server.fleet().addAction("wipe", Danger.DANGER_CRITICAL);

    Outcome outcome = cli.typing("2\n").run("run", "wipe", "-l", "role=web");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.err()).contains("wipe would run on 2 nodes. Type that number to go on:");
    assertThat(dispatched()).hasSize(2);
    assertThat(dispatched().get(1).getConfirmed()).isTrue();
    assertThat(dispatched().get(1).getRequestId()).isNotEqualTo(dispatched().get(0).getRequestId());
  }

  @Test
  void anythingElseTyped_dispatchesNothing() {
    server.fleet().addAction("wipe", Danger.DANGER_CRITICAL);

    for (String typed : List.of("y\n", "3\n", "\n", "")) {
      Outcome outcome = cli.typing(typed).run("run", "wipe", "-l", "role=web");

      assertThat(outcome.exitCode()).isEqualTo(2);
      assertThat(outcome.err()).contains("Nothing was dispatched.");
    }
    assertThat(server.fleet().executions()).isEmpty();
  }

  @Test
  void detached_printsTheIdAlone() {
    Outcome outcome = cli.run("run", "restart", "-n", "web-1", "--detach");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out().strip()).isEqualTo(execution().getId());
    assertThat(outcome.err()).contains("muster watch " + execution().getId());
    assertThat(server.received(WatchExecutionRequest.class)).isEmpty();
  }

  @Test
  void brokenWatch_isTakenUpAfterTheLastEvent_andSaysSo() {
    String id = detachedId();
    WatchScript whole = WatchScript.toTheEnd(execution(), server.fleet().invocations(id));
    server.fleet().watch(whole.cutAfter(2, Status.UNAVAILABLE));
    server.fleet().watch(whole.cutAfter(0, Status.UNAVAILABLE));
    server.fleet().watch(whole.from(2));

    Outcome outcome = cli.run("watch", id);

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .contains("Lost the connection (UNAVAILABLE); the execution goes on.", "Connected again.");
    assertThat(server.received(WatchExecutionRequest.class))
        .extracting(WatchExecutionRequest::getCursor)
        .containsExactly("", "c1", "c1");
  }

  @Test
  void ctrlC_detaches_andSaysHowToComeBack() {
    String id = detachedId();
    WatchScript whole = WatchScript.toTheEnd(execution(), server.fleet().invocations(id));
    server.fleet().watch(whole.cutAfter(1, Status.UNAVAILABLE));
    // Pressed while it waits to connect again.
    cli.sleeping(
        pause -> {
          cli.hooks.interrupt();
          throw new InterruptedException();
        });

    Outcome outcome = cli.run("watch", id);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(outcome.exitCode()).isEqualTo(130);
    assertThat(outcome.err())
        .contains("Detached; the execution goes on.", "muster watch " + id, "muster cancel " + id);
    assertThat(outcome.out()).doesNotContain("NODE");
  }

  @Test
  void afterTheEnd_ctrlCIsNoDetaching() {
    cli.run("run", "restart", "-n", "web-1");

    assertThat(cli.hooks.armed()).isZero();
  }

  @Test
  void resultsOfAFewNodes_areFetched_ofManyAreNot() {
    cli.run("run", "restart", "-l", "role=web");
    for (int i = 0; i < 60; i++) {
      server.fleet().addNode("node-" + i, Map.of());
    }
    cli.run("run", "restart", "-l", "role=web");

    assertThat(server.received(WatchExecutionRequest.class))
        .extracting(WatchExecutionRequest::getView)
        .containsExactly(View.VIEW_FULL, View.VIEW_BASIC);
  }

  @Test
  void hugeCohort_showsTroubleAndCountsTheRest() {
    for (int i = 0; i < 998; i++) {
      server.fleet().addNode("node-" + i, Map.of());
    }
    server.fleet().outcome("web-2", i -> i.setState(InvocationState.INVOCATION_STATE_FAILED));

    Outcome outcome = cli.run("run", "restart", "-l", "any", "--rows", "10");

    assertThat(outcome.out())
        .contains("web-2     FAILED", "… and 990 more SUCCEEDED", "999 SUCCEEDED, 1 FAILED");
    assertThat(outcome.out().lines().filter(line -> line.startsWith("node-"))).hasSize(9);
  }

  @Test
  void singleNode_showsWhatItWrote_harmlessly() {
    server
        .fleet()
        .outcome(
            "web-1", i -> i.setStdoutText("line 1\nline 2 \u001b[2J\n").setDataJson("{\"a\":1}"));

    Outcome outcome = cli.run("run", "restart", "-n", "web-1");

    assertThat(outcome.out())
        .contains("Result:\n  {\n    \"a\": 1\n  }")
        .contains("Output:\n  line 1\n  line 2 \\x1b[2J")
        .doesNotContain("\u001b");
  }

  @Test
  void terminal_seesARedrawnLine_thenTheTable() {
    Outcome outcome = cli.typing("").run("run", "restart", "-l", "role=web");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .doesNotContain("RUNNING 0/2: 2 PENDING\n")
        .contains("web-1  SUCCEEDED");
  }

  @Test
  void json_isOneDocument() {
    Outcome outcome = cli.run("run", "restart", "-l", "role=web", "-o", "json");

    assertThat(outcome.exitCode()).isZero();
    var document = JsonParser.parseString(outcome.out()).getAsJsonObject();
    assertThat(document.getAsJsonObject("execution").get("state").getAsString())
        .isEqualTo("EXECUTION_STATE_SUCCEEDED");
    assertThat(document.getAsJsonArray("invocations")).hasSize(2);
  }

  @Test
  void jsonl_isAnEventPerLine() {
    Outcome outcome = cli.run("run", "restart", "-l", "role=web", "--output", "jsonl");

    assertThat(outcome.out().lines())
        .hasSize(4)
        .allSatisfy(
            line ->
                assertThat(JsonParser.parseString(line).getAsJsonObject().has("cursor")).isTrue());
  }

  @Test
  void refusalWhereMachinesRead_isJson() {
    Outcome outcome = cli.run("watch", "no-such-id", "-o", "json");

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(JsonParser.parseString(outcome.err()).getAsJsonObject().toString())
        .contains("EXECUTION_NOT_FOUND");
  }

  @Test
  void targetIsEitherNodesOrASelector() {
    assertThat(cli.run("run", "restart").exitCode()).isEqualTo(2);
    assertThat(cli.run("run", "restart", "-n", "a", "-l", "b").exitCode()).isEqualTo(2);
    assertThat(server.received()).isEmpty();
  }

  private List<DispatchExecutionRequest> dispatched() {
    return server.received(DispatchExecutionRequest.class);
  }

  private Execution execution() {
    return server.fleet().executions().get(0);
  }

  private String detachedId() {
    return cli.run("run", "restart", "-l", "role=web", "--detach").out().strip();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.RefusedCall;
import dev.muster.it.fleet.ScriptedAgent;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse.MessageCase;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.agent.v1.PrepareResult;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ListActionsRequest;
import dev.muster.proto.operator.v1.PrepareActionRequest;
import dev.muster.proto.operator.v1.PrepareActionResponse;
import dev.muster.proto.type.v1.ResultError;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The live description of an action, and a dispatch that counts on it. */
final class PrepareIT {
  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  @Test
  void hook_isDescribedFromItsSidecar_andItsTokenIsGoodUntilTheSidecarChanges() {
    AgentProcess agent = fleet.agent("box");
    agent.hook("restart", "cat").sidecar("restart", sidecar("1", 30)).start();

    PrepareActionResponse prepared = prepare("box", "restart");
    Execution quoted =
        fleet
            .operator()
            .dispatch(
                "restart",
                request ->
                    request
                        .addNodeIds("box")
                        .setPrepareToken(prepared.getPrepareToken())
                        .setInputJson(prepared.getInitialPayloadJson()));
    assertThat(fleet.operator().awaitSettled(quoted.getId()).getCounts().getSucceeded())
        .isEqualTo(1);

    agent.sidecar("restart", sidecar("2", 60));
    Eventually.eventually(
        "the server knows version 2",
        Duration.ofSeconds(15),
        () -> versionOf("restart").equals("2"));
    RefusedCall stale =
        RefusedCall.of(
            () -> {
              var unused =
                  fleet
                      .operator()
                      .dispatch(
                          "restart",
                          request ->
                              request
                                  .addNodeIds("box")
                                  .setPrepareToken(prepared.getPrepareToken()));
            });

    assertThat(prepared.getInitialPayloadJson()).isEqualTo("{\"wait\":30,\"hard\":false}");
    assertThat(prepared.getInputSchemaJson()).contains("\"default\":30");
    assertThat(prepared.getAction().getName()).isEqualTo("restart");
    assertThat(stale.codeAndReason()).isEqualTo("FAILED_PRECONDITION PREPARE_STALE");
  }

  @Test
  void handlersAnswer_reachesTheOperator_andCannotRenameTheAction() {
    ScriptedAgent agent = fleet.scriptedAgent("live").action("work");
    ScriptedAgent.Stream stream = agent.connect();

    CompletableFuture<PrepareActionResponse> asked =
        CompletableFuture.supplyAsync(() -> prepare("live", "work"));
    Prepare prepare = stream.expect(MessageCase.PREPARE).getPrepare();
    stream.send(
        ConnectRequest.newBuilder()
            .setPrepareResult(
                PrepareResult.newBuilder()
                    .setRequestId(prepare.getRequestId())
                    .setInputSchemaJson(
                        ByteString.copyFromUtf8("{\"type\":\"object\",\"title\":\"other\"}"))
                    .setInitialPayloadJson(ByteString.copyFromUtf8("{\"a\":1}"))
                    .setCurrentStateJson(ByteString.copyFromUtf8("{\"running\":true}")))
            .build());

    PrepareActionResponse answer = asked.join();
    assertThat(prepare.getInvocationId()).isEmpty();
    assertThat(answer.getInitialPayloadJson()).isEqualTo("{\"a\":1}");
    assertThat(answer.getCurrentStateJson()).isEqualTo("{\"running\":true}");
    assertThat(answer.getAction().getName()).isEqualTo("work");
  }

  @Test
  void handlerThatFails_isPrepareFailed_andASilentOneTimesOut() {
    ScriptedAgent agent = fleet.scriptedAgent("fails").action("work");
    ScriptedAgent.Stream stream = agent.connect();

    CompletableFuture<RefusedCall> asked =
        CompletableFuture.supplyAsync(() -> refused(() -> prepare("fails", "work")));
    stream.send(
        ConnectRequest.newBuilder()
            .setPrepareResult(
                PrepareResult.newBuilder()
                    .setRequestId(stream.expect(MessageCase.PREPARE).getPrepare().getRequestId())
                    .setError(
                        ResultError.newBuilder()
                            .setCode("NOT_NOW")
                            .setMessage("The disk is full.")))
            .build());
    RefusedCall silent =
        refused(
            () -> {
              var unused =
                  fleet
                      .operator()
                      .actions()
                      .withDeadlineAfter(1, java.util.concurrent.TimeUnit.SECONDS)
                      .prepareAction(
                          PrepareActionRequest.newBuilder()
                              .setNodeId("fails")
                              .setAction("work")
                              .build());
            });

    assertThat(asked.join().codeAndReason()).isEqualTo("FAILED_PRECONDITION PREPARE_FAILED");
    assertThat(asked.join().sentence()).contains("The disk is full.");
    assertThat(silent.code().name()).isEqualTo("DEADLINE_EXCEEDED");
  }

  @Test
  void absentNodesAndActions_areTold() {
    ScriptedAgent agent = fleet.scriptedAgent("gone").action("work");
    agent.connect().breakOff();
    var unused = fleet.operator().awaitOffline("gone");

    assertThat(refused(() -> prepare("gone", "work")).codeAndReason())
        .isEqualTo("FAILED_PRECONDITION NODE_OFFLINE");
    assertThat(refused(() -> prepare("gone", "fly")).codeAndReason())
        .isEqualTo("NOT_FOUND ACTION_NOT_FOUND");
    assertThat(refused(() -> prepare("nobody", "work")).codeAndReason())
        .isEqualTo("NOT_FOUND NODE_NOT_FOUND");
  }

  private static PrepareActionResponse prepare(String node, String action) {
    return fleet
        .operator()
        .actions()
        .prepareAction(PrepareActionRequest.newBuilder().setNodeId(node).setAction(action).build());
  }

  private static RefusedCall refused(Runnable call) {
    return RefusedCall.of(call);
  }

  private static String versionOf(String action) {
    return fleet
        .operator()
        .actions()
        .listActions(ListActionsRequest.newBuilder().setAction(action).build())
        .getOffers(0)
        .getAction()
        .getVersion();
  }

  private static String sidecar(String version, int wait) {
    return "{\"version\":\""
        + version
        + "\",\"schema\":{\"type\":\"object\",\"properties\":{"
        + "\"wait\":{\"type\":\"integer\",\"default\":"
        + wait
        + "},\"hard\":{\"type\":\"boolean\"}}}}";
  }
}

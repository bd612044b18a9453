// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.RefusedCall;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a dispatch takes, what it refuses and why, and that a refused one leaves nothing behind. */
final class DispatchIT {
  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  private static final String SCHEMA =
      "{\"schema\":{\"type\":\"object\",\"properties\":{\"port\":{\"type\":\"integer\",\"minimum\":1},"
          + "\"host\":{\"type\":\"string\"}},\"required\":[\"port\"]},\"danger\":\"HIGH\"}";
  private static final String EXACT =
      "{ \"n\" : 9007199254740993 ,\t\"z\":1.50, \"a\":\"\\u00e9é\",\"e\":1E2 }";

  private static AgentProcess agent;

  @BeforeAll
  static void startAgent() {
    agent = fleet.agent("web-1").label("role", "web");
    agent
        .hook("keep-input", "cat > " + agent.folder() + "/input")
        .hook("restart", "exit 0")
        .sidecar("restart", SCHEMA)
        .start();
  }

  private List<String> before = List.of();

  @BeforeEach
  void listExecutions() {
    before = fleet.operator().executionIds(200);
  }

  /**
   * Whatever a test has refused left no execution behind; what it dispatched it has taken off the
   * list.
   */
  @AfterEach
  void nothingIsLeftBehind() {
    assertThat(fleet.operator().executionIds(200)).isEqualTo(before);
  }

  @Test
  void noTarget_isTargetInvalid() {
    assertThat(refused("echo", request -> {}).codeAndReason())
        .isEqualTo("INVALID_ARGUMENT TARGET_INVALID");
  }

  @Test
  void bothTargets_isTargetInvalid() {
    RefusedCall refused =
        refused("echo", request -> request.addNodeIds("web-1").setSelector("role=web"));

    assertThat(refused.codeAndReason()).isEqualTo("INVALID_ARGUMENT TARGET_INVALID");
  }

  @Test
  void sameNodeTwice_isTargetInvalid() {
    RefusedCall refused =
        refused("echo", request -> request.addNodeIds("web-1").addNodeIds("web-1"));

    assertThat(refused.codeAndReason()).isEqualTo("INVALID_ARGUMENT TARGET_INVALID");
  }

  @Test
  void malformedSelector_tellsTheOffset() {
    RefusedCall refused = refused("echo", request -> request.setSelector("role=web,zone in (a"));

    assertThat(refused.codeAndReason()).isEqualTo("INVALID_ARGUMENT MALFORMED_SELECTOR");
    assertThat(refused.detail("offset")).isEqualTo("19");
  }

  @Test
  void emptyCohort_isRefused() {
    RefusedCall refused = refused("echo", request -> request.setSelector("role=none"));

    assertThat(refused.codeAndReason()).isEqualTo("FAILED_PRECONDITION COHORT_EMPTY");
  }

  @Test
  void unknownNode_isNotFound() {
    RefusedCall refused = refused("echo", request -> request.addNodeIds("nobody"));

    assertThat(refused.codeAndReason()).isEqualTo("NOT_FOUND NODE_NOT_FOUND");
  }

  @Test
  void undeclaredAction_isRefused() {
    RefusedCall refused = refused("fly", request -> request.addNodeIds("web-1"));

    assertThat(refused.codeAndReason()).isEqualTo("INVALID_ARGUMENT ACTION_NOT_DECLARED");
    assertThat(refused.detail("action")).isEqualTo("fly");
  }

  @Test
  void inputAgainstTheSchema_namesEachViolation() {
    RefusedCall refused =
        refused(
            "restart",
            request ->
                request
                    .addNodeIds("web-1")
                    .setConfirmed(true)
                    .setInputJson("{\"port\":0,\"host\":7,\"more\":true}"));

    assertThat(refused.codeAndReason()).isEqualTo("INVALID_ARGUMENT INPUT_INVALID");
    assertThat(refused.fields()).contains("/port", "/host", "/more");
  }

  @Test
  void inputThatIsNoJson_isRefused() {
    for (String input : List.of("{", "[]", "7", "{\"a\":1,\"a\":2}", "{}{}")) {
      RefusedCall refused =
          refused("echo", request -> request.addNodeIds("web-1").setInputJson(input));

      assertThat(refused.codeAndReason()).as(input).isEqualTo("INVALID_ARGUMENT INPUT_INVALID");
    }
  }

  @Test
  void danger_withoutConfirmation_isRefused() {
    RefusedCall refused =
        refused("restart", request -> request.addNodeIds("web-1").setInputJson("{\"port\":80}"));

    assertThat(refused.codeAndReason()).isEqualTo("FAILED_PRECONDITION CONFIRMATION_REQUIRED");
  }

  @Test
  void startWithinZero_ofAnOfflineNode_isRejectedAtOnce() {
    var away = fleet.scriptedAgent("away").action("echo");
    away.connect().breakOff();
    var unused = fleet.operator().awaitOffline("away");

    Execution dispatched =
        dispatched(
            "echo",
            request ->
                request
                    .addNodeIds("away")
                    .setStartWithin(com.google.protobuf.Duration.getDefaultInstance()));

    Execution settled = fleet.operator().awaitSettled(dispatched.getId());
    assertThat(settled.getCounts().getRejected()).isEqualTo(1);
    assertThat(fleet.operator().onlyInvocation(settled.getId()).getReason())
        .isEqualTo("NODE_OFFLINE");
  }

  @Test
  void whatIsNotProvidedYet_isNeverIgnored() {
    RefusedCall refused =
        refused("echo", request -> request.addNodeIds("web-1").setApprovalsRequired(1));

    assertThat(refused.codeAndReason()).isEqualTo("UNIMPLEMENTED SURFACE_NOT_PROVISIONED");
  }

  @Test
  void structWithNumberAbove2To53_isRefusedWithAdvice() {
    Struct input =
        Struct.newBuilder()
            .putFields("n", Value.newBuilder().setNumberValue(9007199254740992d).build())
            .build();

    RefusedCall refused =
        refused("keep-input", request -> request.addNodeIds("web-1").setInput(input));

    assertThat(refused.codeAndReason()).isEqualTo("INVALID_ARGUMENT INPUT_INVALID");
    assertThat(refused.sentence()).contains("input_json");
  }

  @Test
  void inputJson_arrivesByteIdenticalOnAHooksStdin() throws IOException {
    Execution dispatched =
        dispatched("keep-input", request -> request.addNodeIds("web-1").setInputJson(EXACT));

    Execution settled = fleet.operator().awaitSettled(dispatched.getId());

    assertThat(settled.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(Files.readAllBytes(agent.folder().resolve("input")))
        .isEqualTo(EXACT.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void struct_arrivesAsJson() throws IOException {
    Struct input =
        Struct.newBuilder().putFields("n", Value.newBuilder().setNumberValue(42).build()).build();

    Execution dispatched =
        dispatched("keep-input", request -> request.addNodeIds("web-1").setInput(input));
    Execution settled = fleet.operator().awaitSettled(dispatched.getId());

    assertThat(settled.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(Files.readString(agent.folder().resolve("input"))).isEqualTo("{\"n\":42}");
  }

  @Test
  void sameRequestIdTwice_isOneExecution() {
    Consumer<DispatchExecutionRequest.Builder> request =
        details -> details.addNodeIds("web-1").setRequestId("once").setInputJson("{\"a\":1}");

    Execution first = dispatched("echo", request);
    Execution second = fleet.operator().dispatch("echo", request);

    assertThat(second.getId()).isEqualTo(first.getId());
    assertThat(fleet.operator().awaitSettled(first.getId()).getCohortSize()).isEqualTo(1);
  }

  @Test
  void sameRequestIdWithAnotherBody_isRefused() {
    dispatched(
        "echo",
        details -> details.addNodeIds("web-1").setRequestId("reused").setInputJson("{\"a\":1}"));

    RefusedCall refused =
        refused(
            "echo",
            details ->
                details.addNodeIds("web-1").setRequestId("reused").setInputJson("{\"a\":2}"));

    assertThat(refused.codeAndReason()).isEqualTo("ALREADY_EXISTS REQUEST_ID_REUSED");
  }

  @Test
  void requestIdOfARefusedDispatch_canBeUsedAgain() {
    RefusedCall refused =
        refused("restart", details -> details.addNodeIds("web-1").setRequestId("mended"));

    Execution mended =
        dispatched("echo", details -> details.addNodeIds("web-1").setRequestId("mended"));

    assertThat(refused.reason()).isNotEmpty();
    assertThat(fleet.operator().awaitSettled(mended.getId()).getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
  }

  private static RefusedCall refused(
      String action, Consumer<DispatchExecutionRequest.Builder> details) {
    return RefusedCall.of(
        () -> {
          var unused = fleet.operator().dispatch(action, details);
        });
  }

  private Execution dispatched(String action, Consumer<DispatchExecutionRequest.Builder> details) {
    Execution execution = fleet.operator().dispatch(action, details);
    before = Stream.concat(Stream.of(execution.getId()), before.stream()).toList();
    return execution;
  }
}

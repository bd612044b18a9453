// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import static dev.muster.server.grpc.operator.Refusals.assertFieldRefused;
import static dev.muster.server.grpc.operator.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.muster.proto.operator.v1.CancelExecutionRequest;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc.ExecutionServiceBlockingStub;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.GetExecutionRequest;
import dev.muster.proto.operator.v1.IneligiblePolicy;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ListExecutionsRequest;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.PauseExecutionRequest;
import dev.muster.proto.operator.v1.PrepareMode;
import dev.muster.proto.operator.v1.PreparePolicy;
import dev.muster.proto.operator.v1.ResumeExecutionRequest;
import dev.muster.proto.operator.v1.RetryExecutionRequest;
import dev.muster.proto.operator.v1.Rollout;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.server.access.Role;
import dev.muster.server.catalog.Danger;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rollouts, pauses and retries through the operators' service. There are no agents here. */
@SuppressWarnings("NullAway.Init") // Set before each test.
final class GrpcRolloutTest {
  @RegisterExtension final OperatorBus operators = new OperatorBus();

  private ExecutionServiceBlockingStub operator;

  @BeforeEach
  void makeOperator() {
    operator = ExecutionServiceGrpc.newBlockingStub(operators.as(Role.OPERATOR));
    for (String name : List.of("a", "b", "c")) {
      var unused =
          operators.node(name, Map.of("role", "web"), OperatorBus.action("fix", Danger.LOW));
    }
  }

  private Execution dispatch(Consumer<DispatchExecutionRequest.Builder> details) {
    DispatchExecutionRequest.Builder request =
        DispatchExecutionRequest.newBuilder().setAction("fix").setSelector("role=web");
    details.accept(request);
    return operator.dispatchExecution(request.build()).getExecution();
  }

  private Execution get(String id) {
    return operator
        .getExecution(GetExecutionRequest.newBuilder().setExecutionId(id).build())
        .getExecution();
  }

  private List<Invocation> invocations(String execution) {
    return operator
        .listInvocations(ListInvocationsRequest.newBuilder().setExecutionId(execution).build())
        .getInvocationsList();
  }

  private Execution pause(String id) {
    return operator
        .pauseExecution(
            PauseExecutionRequest.newBuilder().setExecutionId(id).setReason("lunch").build())
        .getExecution();
  }

  private Execution resume(String id) {
    return operator
        .resumeExecution(ResumeExecutionRequest.newBuilder().setExecutionId(id).build())
        .getExecution();
  }

  private Execution cancel(String id) {
    return operator
        .cancelExecution(CancelExecutionRequest.newBuilder().setExecutionId(id).build())
        .getExecution();
  }

  private void awaitSettled(String id) {
    operator
        .watchExecution(WatchExecutionRequest.newBuilder().setExecutionId(id).build())
        .forEachRemaining(event -> {});
  }

  private Execution retry(String id, InvocationState... states) {
    return operator
        .retryExecution(
            RetryExecutionRequest.newBuilder()
                .setExecutionId(id)
                .addAllStates(List.of(states))
                .build())
        .getExecution();
  }

  private void assertRolloutRefused(String reason, String field, Rollout.Builder rollout) {
    assertFieldRefused(reason, field, () -> dispatch(request -> request.setRollout(rollout)));
  }

  @Test
  void rollout_isKept_asItWasAskedFor() {
    Rollout rollout =
        Rollout.newBuilder()
            .setMaxParallelPercent(50)
            .setCanary(1)
            .setMaxFailures(2)
            .setPauseBetween(Duration.newBuilder().setSeconds(30))
            .build();

    Execution execution = dispatch(request -> request.setRollout(rollout));

    assertThat(execution.getRollout()).isEqualTo(rollout);
    assertThat(get(execution.getId()).getRollout()).isEqualTo(rollout);
    assertThat(execution.getCounts().getPending()).isEqualTo(3);
    assertThat(dispatch(request -> {}).hasRollout()).isFalse();
  }

  @Test
  void rolloutThatSaysTooMuch_isRefused_andLeavesNothingBehind() {
    assertRolloutRefused(
        "LIMIT_OUT_OF_RANGE", "rollout.max_parallel", Rollout.newBuilder().setMaxParallel(-1));
    assertRolloutRefused(
        "LIMIT_OUT_OF_RANGE",
        "rollout.max_parallel_percent",
        Rollout.newBuilder().setMaxParallelPercent(101));
    assertRolloutRefused(
        "FIELD_INVALID",
        "rollout.max_parallel_percent",
        Rollout.newBuilder().setMaxParallel(1).setMaxParallelPercent(1));
    assertRolloutRefused(
        "LIMIT_OUT_OF_RANGE", "rollout.canary", Rollout.newBuilder().setCanary(-1));
    assertRolloutRefused(
        "LIMIT_OUT_OF_RANGE", "rollout.max_failures", Rollout.newBuilder().setMaxFailures(0));
    assertRolloutRefused(
        "FIELD_INVALID",
        "rollout.max_failures_percent",
        Rollout.newBuilder().setMaxFailures(1).setMaxFailuresPercent(1));
    assertRolloutRefused(
        "FIELD_INVALID",
        "rollout.pause_between",
        Rollout.newBuilder().setPauseBetween(Duration.newBuilder().setSeconds(1)));
    assertRolloutRefused(
        "LIMIT_OUT_OF_RANGE",
        "rollout.pause_between",
        Rollout.newBuilder()
            .setCanary(1)
            .setPauseBetween(Duration.newBuilder().setSeconds(8 * 86_400)));

    assertThat(
            operator
                .listExecutions(ListExecutionsRequest.getDefaultInstance())
                .getExecutionsCount())
        .isZero();
  }

  @Test
  void wavesBesideAPrepare_areRefused_aBudgetIsNot() {
    PreparePolicy barrier =
        PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_BARRIER).build();
    PreparePolicy each = PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_EACH).build();

    assertFieldRefused(
        "FIELD_INVALID",
        "rollout.max_parallel",
        () ->
            dispatch(
                request ->
                    request
                        .setPrepare(barrier)
                        .setRollout(Rollout.newBuilder().setMaxParallel(1))));
    assertFieldRefused(
        "FIELD_INVALID",
        "rollout.canary",
        () ->
            dispatch(
                request -> request.setPrepare(each).setRollout(Rollout.newBuilder().setCanary(1))));
    assertThat(
            dispatch(
                    request ->
                        request
                            .setPrepare(barrier)
                            .setRollout(Rollout.newBuilder().setMaxFailures(1)))
                .getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_PREPARING);
  }

  @Test
  void ineligibleNodes_failTheDispatch_orAreRecordedWithTheReason() {
    var bare = operators.node("bare", Map.of("role", "web"));
    var off =
        operators.node("other", Map.of("role", "web"), OperatorBus.action("other", Danger.LOW));

    assertRefused("ACTION_NOT_DECLARED", () -> dispatch(request -> {}));
    Execution execution =
        dispatch(request -> request.setIneligible(IneligiblePolicy.INELIGIBLE_POLICY_SKIP));

    assertThat(execution.getIneligible()).isEqualTo(IneligiblePolicy.INELIGIBLE_POLICY_SKIP);
    assertThat(execution.getCohortSize()).isEqualTo(5);
    Execution now = get(execution.getId());
    assertThat(now.getCounts().getRejected()).isEqualTo(2);
    assertThat(now.getCounts().getPending()).isEqualTo(3);
    assertThat(now.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_RUNNING);
    assertThat(invocations(execution.getId()))
        .filteredOn(Invocation::getReason, "ACTION_NOT_DECLARED")
        .hasSize(2)
        .extracting(Invocation::getNodeId)
        .containsExactlyInAnyOrder(bare.id().toString(), off.id().toString());
  }

  @Test
  void quorumThatIsAShare_isOneOfTheNodesThatAreFit() {
    var unused = operators.node("bare", Map.of("role", "web"));
    PreparePolicy.Builder all =
        PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_BARRIER);

    Execution execution =
        dispatch(
            request ->
                request.setPrepare(all).setIneligible(IneligiblePolicy.INELIGIBLE_POLICY_SKIP));

    assertThat(execution.getPrepare().getQuorumCount()).isEqualTo(3);
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "prepare.quorum_count",
        () ->
            dispatch(
                request ->
                    request
                        .setPrepare(all.clone().setQuorumCount(4))
                        .setIneligible(IneligiblePolicy.INELIGIBLE_POLICY_SKIP)));
  }

  @Test
  void noNodeThatIsFit_isRefused_whateverThePolicy() {
    assertRefused(
        "ACTION_NOT_DECLARED",
        () ->
            dispatch(
                request ->
                    request
                        .setAction("unknown")
                        .setIneligible(IneligiblePolicy.INELIGIBLE_POLICY_SKIP)));
  }

  @Test
  void inputThatOneVersionRefuses_setsOnlyItsNodesAside() {
    var strict =
        operators.node(
            "strict",
            Map.of("role", "web"),
            OperatorBus.action("fix", Danger.LOW, "{\"type\":\"object\",\"maxProperties\":0}"));

    Execution execution =
        dispatch(
            request ->
                request
                    .setInputJson("{\"n\":1}")
                    .setIneligible(IneligiblePolicy.INELIGIBLE_POLICY_SKIP));

    assertThat(invocations(execution.getId()))
        .filteredOn(Invocation::getReason, "INPUT_INVALID")
        .extracting(Invocation::getNodeId)
        .containsExactly(strict.id().toString());
    assertRefused(
        "INPUT_INVALID",
        () ->
            dispatch(
                request ->
                    request
                        .setInputJson("{\"m\":1}")
                        .setIneligible(IneligiblePolicy.INELIGIBLE_POLICY_SKIP)));
  }

  @Test
  void pauseAndResume_areFineTwice_untilItHasSettled() {
    String id = dispatch(request -> {}).getId();

    assertThat(pause(id).getState()).isEqualTo(ExecutionState.EXECUTION_STATE_PAUSED);
    Execution again = pause(id);
    assertThat(again.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_PAUSED);
    assertThat(again.getStateReason()).contains("lunch");
    assertThat(resume(id).getState()).isEqualTo(ExecutionState.EXECUTION_STATE_RUNNING);
    assertThat(resume(id).getState()).isEqualTo(ExecutionState.EXECUTION_STATE_RUNNING);
    assertThat(pause(id).getState()).isEqualTo(ExecutionState.EXECUTION_STATE_PAUSED);
    assertThat(cancel(id).getState()).isEqualTo(ExecutionState.EXECUTION_STATE_CANCELLED);
    assertRefused("EXECUTION_ALREADY_TERMINAL", () -> pause(id));
    assertRefused("EXECUTION_ALREADY_TERMINAL", () -> resume(id));
    assertRefused("EXECUTION_NOT_FOUND", () -> pause("0190a000-0000-7000-8000-000000000001"));
  }

  @Test
  void pause_ofWhatGetsReadyBehindABarrier_isRefused() {
    String id =
        dispatch(
                request ->
                    request.setPrepare(
                        PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_BARRIER)))
            .getId();

    assertRefused("INVALID_STATE_TRANSITION", () -> pause(id));
    assertRefused("INVALID_STATE_TRANSITION", () -> resume(id));
  }

  @Test
  void pauseWithTheSameRequestId_isOnePause() {
    String id = dispatch(request -> {}).getId();
    PauseExecutionRequest request =
        PauseExecutionRequest.newBuilder().setExecutionId(id).setRequestId("p-1").build();
    var unused = operator.pauseExecution(request);
    var resumed = resume(id);
    assertThat(resumed.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_RUNNING);

    assertThat(operator.pauseExecution(request).getExecution().getState())
        .as("the repeat changes nothing")
        .isEqualTo(ExecutionState.EXECUTION_STATE_RUNNING);
    assertRefused(
        "REQUEST_ID_REUSED",
        () -> operator.pauseExecution(request.toBuilder().setReason("other").build()));
  }

  @Test
  void retry_goesToTheNodesInTheChosenStates_andNamesItsSource() {
    var bare = operators.node("bare", Map.of("role", "web"));
    Rollout rollout = Rollout.newBuilder().setMaxParallel(2).build();
    String source =
        dispatch(
                request ->
                    request
                        .setInputJson("{\"n\": 1}")
                        .setRollout(rollout)
                        .setIneligible(IneligiblePolicy.INELIGIBLE_POLICY_SKIP))
            .getId();
    assertRefused("NOT_RETRYABLE", () -> retry(source));
    assertThat(cancel(source).getId()).isEqualTo(source);
    awaitSettled(source);

    Execution retry = retry(source, InvocationState.INVOCATION_STATE_CANCELLED);

    assertThat(retry.getSourceExecutionId()).isEqualTo(source);
    assertThat(retry.getCohortSize()).isEqualTo(3);
    assertThat(retry.getRollout()).isEqualTo(rollout);
    assertThat(get(retry.getId()).getSourceExecutionId()).isEqualTo(source);
    assertThat(get(retry.getId()).getInputJson()).isEqualTo("{\"n\": 1}");
    assertThat(retry.getSelector()).isEmpty();
    assertThat(bare.name().toString()).isEqualTo("bare");
    assertRefused("ACTION_NOT_DECLARED", () -> retry(source));
    assertRefused("NOT_RETRYABLE", () -> retry(source, InvocationState.INVOCATION_STATE_SUCCEEDED));
    assertRefused(
        "NOT_RETRYABLE",
        () ->
            retry(
                source,
                InvocationState.INVOCATION_STATE_CANCELLED,
                InvocationState.INVOCATION_STATE_STARTED));
    assertRefused("EXECUTION_NOT_FOUND", () -> retry("0190a000-0000-7000-8000-000000000001"));
  }

  @Test
  void retryWithTheSameRequestId_isOneExecution() {
    String source = dispatch(request -> {}).getId();
    assertThat(cancel(source).getState()).isEqualTo(ExecutionState.EXECUTION_STATE_CANCELLED);
    RetryExecutionRequest request =
        RetryExecutionRequest.newBuilder()
            .setExecutionId(source)
            .addStates(InvocationState.INVOCATION_STATE_CANCELLED)
            .setRequestId("r-1")
            .build();

    Execution first = operator.retryExecution(request).getExecution();
    Execution again = operator.retryExecution(request).getExecution();

    assertThat(again.getId()).isEqualTo(first.getId());
    assertThat(
            operator
                .listExecutions(ListExecutionsRequest.getDefaultInstance())
                .getExecutionsCount())
        .isEqualTo(2);
  }

  @Test
  void retry_asksForConfirmationAgain() {
    var risky =
        operators.node("risky", Map.of("role", "db"), OperatorBus.action("wipe", Danger.HIGH));
    Execution source =
        operator
            .dispatchExecution(
                DispatchExecutionRequest.newBuilder()
                    .setAction("wipe")
                    .addNodeIds(risky.name().toString())
                    .setConfirmed(true)
                    .build())
            .getExecution();
    assertThat(cancel(source.getId()).getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_CANCELLED);
    RetryExecutionRequest request =
        RetryExecutionRequest.newBuilder()
            .setExecutionId(source.getId())
            .addStates(InvocationState.INVOCATION_STATE_CANCELLED)
            .build();

    assertRefused("CONFIRMATION_REQUIRED", () -> operator.retryExecution(request));
    assertThat(
            operator
                .retryExecution(request.toBuilder().setConfirmed(true).build())
                .getExecution()
                .getCohortSize())
        .isEqualTo(1);
  }
}

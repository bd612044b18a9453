// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.fake;

import com.google.protobuf.ByteString;
import dev.muster.proto.operator.v1.CancelExecutionRequest;
import dev.muster.proto.operator.v1.CancelExecutionResponse;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.DispatchExecutionResponse;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc.ExecutionServiceImplBase;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.GetExecutionRequest;
import dev.muster.proto.operator.v1.GetExecutionResponse;
import dev.muster.proto.operator.v1.GetInvocationRequest;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ListExecutionsRequest;
import dev.muster.proto.operator.v1.ListExecutionsResponse;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.ListInvocationsResponse;
import dev.muster.proto.operator.v1.Node;
import dev.muster.proto.operator.v1.OutputGap;
import dev.muster.proto.operator.v1.PauseExecutionRequest;
import dev.muster.proto.operator.v1.PauseExecutionResponse;
import dev.muster.proto.operator.v1.ReadOutputRequest;
import dev.muster.proto.operator.v1.ReadOutputResponse;
import dev.muster.proto.operator.v1.ResumeExecutionRequest;
import dev.muster.proto.operator.v1.ResumeExecutionResponse;
import dev.muster.proto.operator.v1.RetryExecutionRequest;
import dev.muster.proto.operator.v1.RetryExecutionResponse;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import dev.muster.proto.type.v1.Danger;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Executions of a fake fleet. */
final class FakeExecutionService extends ExecutionServiceImplBase {
  private final FakeFleet fleet;

  FakeExecutionService(FakeFleet fleet) {
    this.fleet = fleet;
  }

  @Override
  public void dispatchExecution(
      DispatchExecutionRequest request, StreamObserver<DispatchExecutionResponse> answers) {
    Danger danger = fleet.action(request.getAction()).getDanger();
    if ((danger == Danger.DANGER_HIGH || danger == Danger.DANGER_CRITICAL)
        && !request.getConfirmed()) {
      answers.onError(
          WireErrors.exception(
              ErrorReason.ERROR_REASON_CONFIRMATION_REQUIRED,
              "The action " + request.getAction() + " must be confirmed.",
              Map.of("action", request.getAction(), "correlation_id", "corr-1")));
      return;
    }
    List<Node> cohort =
        fleet.nodes().stream()
            .filter(
                node ->
                    request.getNodeIdsList().isEmpty()
                        || request.getNodeIdsList().contains(node.getName()))
            .toList();
    answer(
        answers,
        DispatchExecutionResponse.newBuilder()
            .setExecution(fleet.dispatch(request, cohort))
            .build());
  }

  @Override
  public void getExecution(
      GetExecutionRequest request, StreamObserver<GetExecutionResponse> answers) {
    Execution execution = fleet.execution(request.getExecutionId());
    if (execution.getId().isEmpty()) {
      answers.onError(
          WireErrors.exception(
              ErrorReason.ERROR_REASON_EXECUTION_NOT_FOUND,
              "There is no execution " + request.getExecutionId() + ".",
              Map.of("execution", request.getExecutionId())));
      return;
    }
    answer(answers, GetExecutionResponse.newBuilder().setExecution(execution).build());
  }

  @Override
  public void listExecutions(
      ListExecutionsRequest request, StreamObserver<ListExecutionsResponse> answers) {
    List<Execution> all = fleet.executions();
    int from = FakeNodeService.offset(request.getPageToken());
    int to = Math.min(all.size(), from + request.getPageSize());
    answer(
        answers,
        ListExecutionsResponse.newBuilder()
            .addAllExecutions(all.subList(from, to))
            .setNextPageToken(to < all.size() ? Integer.toString(to) : "")
            .build());
  }

  @Override
  public void watchExecution(
      WatchExecutionRequest request, StreamObserver<WatchExecutionResponse> answers) {
    WatchScript script = fleet.nextWatch(request.getExecutionId());
    script.events().forEach(answers::onNext);
    script
        .end()
        .ifPresent(
            end -> {
              if (end.isOk()) {
                answers.onCompleted();
              } else {
                answers.onError(end.asRuntimeException());
              }
            });
  }

  @Override
  public void cancelExecution(
      CancelExecutionRequest request, StreamObserver<CancelExecutionResponse> answers) {
    Execution cancelling =
        fleet.replace(
            fleet.execution(request.getExecutionId()).toBuilder()
                .setState(ExecutionState.EXECUTION_STATE_CANCELLING)
                .setCancelReason(request.getReason())
                .build());
    answer(answers, CancelExecutionResponse.newBuilder().setExecution(cancelling).build());
  }

  @Override
  public void pauseExecution(
      PauseExecutionRequest request, StreamObserver<PauseExecutionResponse> answers) {
    Execution paused =
        fleet.replace(
            fleet.execution(request.getExecutionId()).toBuilder()
                .setState(ExecutionState.EXECUTION_STATE_PAUSED)
                .setStateReason(request.getReason())
                .build());
    answer(answers, PauseExecutionResponse.newBuilder().setExecution(paused).build());
  }

  @Override
  public void resumeExecution(
      ResumeExecutionRequest request, StreamObserver<ResumeExecutionResponse> answers) {
    Execution resumed =
        fleet.replace(
            fleet.execution(request.getExecutionId()).toBuilder()
                .setState(ExecutionState.EXECUTION_STATE_RUNNING)
                .build());
    answer(answers, ResumeExecutionResponse.newBuilder().setExecution(resumed).build());
  }

  @Override
  public void retryExecution(
      RetryExecutionRequest request, StreamObserver<RetryExecutionResponse> answers) {
    Execution source = fleet.execution(request.getExecutionId());
    Execution retry =
        fleet.dispatch(
            DispatchExecutionRequest.newBuilder().setAction(source.getAction()).build(),
            List.copyOf(fleet.nodes()));
    answer(
        answers,
        RetryExecutionResponse.newBuilder()
            .setExecution(
                fleet.replace(retry.toBuilder().setSourceExecutionId(source.getId()).build()))
            .build());
  }

  @Override
  public void listInvocations(
      ListInvocationsRequest request, StreamObserver<ListInvocationsResponse> answers) {
    List<Invocation> all =
        fleet.executions().stream()
            .flatMap(execution -> fleet.invocations(execution.getId()).stream())
            .filter(
                i ->
                    i.getExecutionId().equals(request.getExecutionId())
                        || i.getNodeName().equals(request.getNodeId()))
            .toList();
    int from = FakeNodeService.offset(request.getPageToken());
    int to = Math.min(all.size(), from + request.getPageSize());
    answer(
        answers,
        ListInvocationsResponse.newBuilder()
            .addAllInvocations(all.subList(from, to))
            .setNextPageToken(to < all.size() ? Integer.toString(to) : "")
            .build());
  }

  @Override
  public void getInvocation(
      GetInvocationRequest request, StreamObserver<GetInvocationResponse> answers) {
    Optional<Invocation> found =
        fleet.executions().stream()
            .flatMap(execution -> fleet.invocations(execution.getId()).stream())
            .filter(invocation -> invocation.getId().equals(request.getInvocationId()))
            .findFirst();
    if (found.isEmpty()) {
      answers.onError(
          WireErrors.exception(
              ErrorReason.ERROR_REASON_INVOCATION_NOT_FOUND,
              "There is no invocation " + request.getInvocationId() + ".",
              Map.of("invocation", request.getInvocationId())));
      return;
    }
    answer(
        answers,
        GetInvocationResponse.newBuilder()
            .setInvocation(found.get())
            .addAllHistory(FakeFleet.history(found.get()))
            .build());
  }

  /**
   * Every run has written four bytes, of which the second is kept by nobody and the third is no
   * UTF-8.
   */
  @Override
  public void readOutput(ReadOutputRequest request, StreamObserver<ReadOutputResponse> answers) {
    answers.onNext(
        ReadOutputResponse.newBuilder()
            .setData(ByteString.copyFrom(new byte[] {'a'}))
            .setDataText("a")
            .build());
    answer(
        answers,
        ReadOutputResponse.newBuilder()
            .setOffset(2)
            .setSkippedBytes(1)
            .setGap(OutputGap.OUTPUT_GAP_TRUNCATED)
            .setData(ByteString.copyFrom(new byte[] {(byte) 0xff, 27}))
            .setDataText("\ufffd\u001b")
            .build());
  }

  static <M> void answer(StreamObserver<M> answers, M message) {
    answers.onNext(message);
    answers.onCompleted();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import com.google.protobuf.Message;
import dev.muster.proto.operator.v1.CancelExecutionRequest;
import dev.muster.proto.operator.v1.CancelExecutionResponse;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.DispatchExecutionResponse;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc;
import dev.muster.proto.operator.v1.GetExecutionRequest;
import dev.muster.proto.operator.v1.GetExecutionResponse;
import dev.muster.proto.operator.v1.GetInvocationRequest;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.ListExecutionsRequest;
import dev.muster.proto.operator.v1.ListExecutionsResponse;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.ListInvocationsResponse;
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
import dev.muster.server.access.Authorizer;
import dev.muster.server.dispatch.CancelService;
import dev.muster.server.dispatch.DispatchOutcome;
import dev.muster.server.dispatch.DispatchService;
import dev.muster.server.dispatch.PauseService;
import dev.muster.server.dispatch.RetryCommand;
import dev.muster.server.dispatch.RetryService;
import dev.muster.server.error.Faults;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionQueries;
import dev.muster.server.execution.ExecutionQueries.InvocationDetail;
import dev.muster.server.grpc.CallContext;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.output.RunStream;
import dev.muster.server.request.RequestKey;
import dev.muster.server.tail.OutputReadings;
import dev.muster.server.watch.ExecutionWatches;
import dev.muster.server.watch.WatchDetail;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.OptionalLong;
import java.util.Set;

/** The operators' ExecutionService. What is not overridden here, this server does not provide. */
public final class GrpcExecutionService extends ExecutionServiceGrpc.ExecutionServiceImplBase {
  /** Those that failed for sure, or never ran; what is LOST may have run. */
  private static final Set<InvocationState> RETRIED_BY_DEFAULT =
      Set.of(
          InvocationState.FAILED,
          InvocationState.TIMED_OUT,
          InvocationState.REJECTED,
          InvocationState.EXPIRED);

  private final DispatchService dispatches;
  private final RetryService retries;
  private final CancelService cancels;
  private final PauseService pauses;
  private final ExecutionQueries queries;
  private final ExecutionWatches watches;
  private final OutputReadings readings;
  private final Authorizer authorizer;
  private final ExecutionMapper mapper;
  private final ExecutionLists lists;

  /** Makes the service. */
  public GrpcExecutionService(
      DispatchService dispatches,
      RetryService retries,
      CancelService cancels,
      PauseService pauses,
      ExecutionQueries queries,
      ExecutionWatches watches,
      OutputReadings readings,
      NodeDirectory nodes,
      Authorizer authorizer,
      Pages pages) {
    this.dispatches = dispatches;
    this.retries = retries;
    this.cancels = cancels;
    this.pauses = pauses;
    this.queries = queries;
    this.watches = watches;
    this.readings = readings;
    this.authorizer = authorizer;
    this.mapper = new ExecutionMapper(nodes);
    this.lists = new ExecutionLists(queries, nodes, authorizer, pages, mapper);
  }

  @Override
  public void dispatchExecution(
      DispatchExecutionRequest request, StreamObserver<DispatchExecutionResponse> response) {
    CallContext caller = CallContext.current();
    String projectId = authorizer.project(request.getProjectId());
    DispatchOutcome outcome =
        dispatches.dispatch(DispatchRequests.command(caller, projectId, request));
    response.onNext(
        DispatchExecutionResponse.newBuilder()
            .setExecution(mapper.basic(outcome.execution()))
            .build());
    response.onCompleted();
  }

  @Override
  public void getExecution(
      GetExecutionRequest request, StreamObserver<GetExecutionResponse> response) {
    boolean full = Views.isFull(request.getView(), request.getViewValue(), true);
    Execution execution = queries.get(RequestFields.executionId(request.getExecutionId()));
    response.onNext(
        GetExecutionResponse.newBuilder()
            .setExecution(full ? mapper.full(execution) : mapper.basic(execution))
            .build());
    response.onCompleted();
  }

  @Override
  public void listExecutions(
      ListExecutionsRequest request, StreamObserver<ListExecutionsResponse> response) {
    response.onNext(lists.executions(CallContext.current(), request));
    response.onCompleted();
  }

  @Override
  public void watchExecution(
      WatchExecutionRequest request, StreamObserver<WatchExecutionResponse> response) {
    ExecutionId id = RequestFields.executionId(request.getExecutionId());
    OptionalLong after = WatchStream.revision(request.getCursor());
    boolean full = Views.isFull(request.getView(), request.getViewValue(), false);
    ServerCallStreamObserver<WatchExecutionResponse> out =
        (ServerCallStreamObserver<WatchExecutionResponse>) response;
    FollowedCall.open(
        out,
        () -> {
          String action = queries.get(id).order().action();
          return watches.open(
              id,
              after,
              request.getFollowLost(),
              detail(request.getDetail(), request.getDetailValue()),
              new WatchStream(out, mapper, action, full));
        });
  }

  @Override
  public void cancelExecution(
      CancelExecutionRequest request, StreamObserver<CancelExecutionResponse> response) {
    CallContext caller = CallContext.current();
    Execution execution =
        cancels.cancel(
            RequestFields.executionId(request.getExecutionId()),
            key(caller, "CancelExecution", request.getRequestId(), request),
            caller.requestedBy(),
            RequestFields.text("reason", request.getReason(), RequestFields.TEXT_CHARS));
    response.onNext(
        CancelExecutionResponse.newBuilder().setExecution(mapper.basic(execution)).build());
    response.onCompleted();
  }

  @Override
  public void pauseExecution(
      PauseExecutionRequest request, StreamObserver<PauseExecutionResponse> response) {
    CallContext caller = CallContext.current();
    Execution execution =
        pauses.pause(
            RequestFields.executionId(request.getExecutionId()),
            key(caller, "PauseExecution", request.getRequestId(), request),
            caller.requestedBy(),
            RequestFields.text("reason", request.getReason(), RequestFields.TEXT_CHARS));
    response.onNext(
        PauseExecutionResponse.newBuilder().setExecution(mapper.basic(execution)).build());
    response.onCompleted();
  }

  @Override
  public void resumeExecution(
      ResumeExecutionRequest request, StreamObserver<ResumeExecutionResponse> response) {
    CallContext caller = CallContext.current();
    Execution execution =
        pauses.resume(
            RequestFields.executionId(request.getExecutionId()),
            key(caller, "ResumeExecution", request.getRequestId(), request),
            caller.requestedBy(),
            RequestFields.text("reason", request.getReason(), RequestFields.TEXT_CHARS));
    response.onNext(
        ResumeExecutionResponse.newBuilder().setExecution(mapper.basic(execution)).build());
    response.onCompleted();
  }

  @Override
  public void retryExecution(
      RetryExecutionRequest request, StreamObserver<RetryExecutionResponse> response) {
    CallContext caller = CallContext.current();
    Set<InvocationState> states = ProtoEnums.invocationStates("states", request.getStatesList());
    DispatchOutcome outcome =
        retries.retry(
            new RetryCommand(
                caller.requestedBy(),
                caller.operator().role(),
                key(caller, "RetryExecution", request.getRequestId(), request),
                RequestFields.executionId(request.getExecutionId()),
                states.isEmpty() ? RETRIED_BY_DEFAULT : states,
                request.getConfirmed(),
                RequestFields.text("reason", request.getReason(), RequestFields.TEXT_CHARS)));
    response.onNext(
        RetryExecutionResponse.newBuilder()
            .setExecution(mapper.basic(outcome.execution()))
            .build());
    response.onCompleted();
  }

  private static RequestKey key(
      CallContext caller, String method, String requestId, Message request) {
    return RequestFields.requestKey(caller, Authorizer.DEFAULT_PROJECT, method, requestId, request);
  }

  @Override
  public void listInvocations(
      ListInvocationsRequest request, StreamObserver<ListInvocationsResponse> response) {
    response.onNext(lists.invocations(CallContext.current(), request));
    response.onCompleted();
  }

  @Override
  public void getInvocation(
      GetInvocationRequest request, StreamObserver<GetInvocationResponse> response) {
    InvocationDetail detail =
        queries.invocation(
            new InvocationId(RequestFields.uuid("invocation_id", request.getInvocationId())));
    response.onNext(
        GetInvocationResponse.newBuilder()
            .setInvocation(mapper.full(detail.view()))
            .addAllHistory(detail.history().stream().map(ExecutionMapper::transition).toList())
            .build());
    response.onCompleted();
  }

  @Override
  public void readOutput(ReadOutputRequest request, StreamObserver<ReadOutputResponse> response) {
    InvocationId id =
        new InvocationId(RequestFields.uuid("invocation_id", request.getInvocationId()));
    if (request.getOffset() < 0) {
      throw Faults.limit("offset", "is negative.");
    }
    ServerCallStreamObserver<ReadOutputResponse> out =
        (ServerCallStreamObserver<ReadOutputResponse>) response;
    FollowedCall.open(
        out,
        () ->
            readings.open(
                id,
                request.getStderr() ? RunStream.STDERR : RunStream.STDOUT,
                request.getOffset(),
                request.getFollow(),
                new ReadOutputStream(out)));
  }

  private static WatchDetail detail(dev.muster.proto.operator.v1.WatchDetail detail, int number) {
    return switch (detail) {
      case WATCH_DETAIL_UNSPECIFIED, WATCH_DETAIL_INVOCATIONS -> WatchDetail.INVOCATIONS;
      case WATCH_DETAIL_EXECUTION -> WatchDetail.EXECUTION;
      case UNRECOGNIZED -> throw Faults.field("detail", number + " is no detail of a watch.");
    };
  }
}

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
import dev.muster.proto.operator.v1.Invocation;
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
import dev.muster.proto.operator.v1.View;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import dev.muster.server.access.Authorizer;
import dev.muster.server.dispatch.CancelService;
import dev.muster.server.dispatch.DispatchOutcome;
import dev.muster.server.dispatch.DispatchService;
import dev.muster.server.dispatch.PauseService;
import dev.muster.server.dispatch.RetryCommand;
import dev.muster.server.dispatch.RetryService;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.error.Faults;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionQueries;
import dev.muster.server.execution.ExecutionQueries.InvocationDetail;
import dev.muster.server.execution.ExecutionStore.Filter;
import dev.muster.server.execution.InvocationView;
import dev.muster.server.grpc.CallContext;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeName;
import dev.muster.server.output.RunStream;
import dev.muster.server.request.RequestKey;
import dev.muster.server.tail.OutputReading;
import dev.muster.server.tail.OutputReadings;
import dev.muster.server.watch.ExecutionWatches;
import dev.muster.server.watch.Watch;
import dev.muster.server.watch.WatchDetail;
import dev.muster.wire.Limits;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The operators' ExecutionService. What is not overridden here, this server does not provide. */
public final class GrpcExecutionService extends ExecutionServiceGrpc.ExecutionServiceImplBase {
  private static final int OPERATOR_CHARS = 128;

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
  private final NodeDirectory nodes;
  private final Authorizer authorizer;
  private final Pages pages;
  private final ExecutionMapper mapper;

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
    this.nodes = nodes;
    this.authorizer = authorizer;
    this.pages = pages;
    this.mapper = new ExecutionMapper(nodes);
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
    boolean full = isFull(request.getView(), request.getViewValue(), true);
    Execution execution = queries.get(executionId(request.getExecutionId()));
    response.onNext(
        GetExecutionResponse.newBuilder()
            .setExecution(full ? mapper.full(execution) : mapper.basic(execution))
            .build());
    response.onCompleted();
  }

  @Override
  public void listExecutions(
      ListExecutionsRequest request, StreamObserver<ListExecutionsResponse> response) {
    CallContext caller = CallContext.current();
    String projectId = authorizer.project(request.getProjectId());
    int size = RequestFields.pageSize(request.getPageSize());
    boolean full = isFull(request.getView(), request.getViewValue(), false);
    Filter filter = filter(projectId, request);
    Optional<ExecutionId> from =
        pages
            .open(caller, request, request.getPageToken())
            .map(position -> new ExecutionId(Pages.uuid(position)));
    Function<Execution, dev.muster.proto.operator.v1.Execution> map =
        full ? mapper::full : mapper::basic;
    Pages.Filled<Execution, dev.muster.proto.operator.v1.Execution> filled =
        Pages.fill(
            size,
            (after, portion) ->
                queries.list(filter, after.map(Execution::id).or(() -> from), portion),
            map);
    ListExecutionsResponse.Builder answer =
        ListExecutionsResponse.newBuilder().addAllExecutions(filled.messages());
    filled
        .last()
        .ifPresent(
            last ->
                answer.setNextPageToken(
                    pages.next(caller, request, Pages.position(last.id().value()))));
    response.onNext(answer.build());
    response.onCompleted();
  }

  private Filter filter(String projectId, ListExecutionsRequest request) {
    @Nullable NodeId node =
        request.getNodeId().isEmpty()
            ? null
            : nodes.resolve(projectId, nodeId(request.getNodeId())).id();
    return new Filter(
        projectId,
        ProtoEnums.executionStates("states", request.getStatesList()),
        RequestFields.text("action", request.getAction(), Limits.ACTION_NAME_CHARS),
        RequestFields.text("operator_id", request.getOperatorId(), OPERATOR_CHARS),
        node,
        request.hasCreatedAfter()
            ? ProtoTimes.instant("created_after", request.getCreatedAfter())
            : null,
        request.hasCreatedBefore()
            ? ProtoTimes.instant("created_before", request.getCreatedBefore())
            : null);
  }

  @Override
  public void watchExecution(
      WatchExecutionRequest request, StreamObserver<WatchExecutionResponse> response) {
    ExecutionId id = executionId(request.getExecutionId());
    OptionalLong after = WatchStream.revision(request.getCursor());
    boolean full = isFull(request.getView(), request.getViewValue(), false);
    ServerCallStreamObserver<WatchExecutionResponse> out =
        (ServerCallStreamObserver<WatchExecutionResponse>) response;
    AtomicReference<@Nullable Watch> opened = new AtomicReference<>();
    // Before it opens: a call that has ended by then must not leave a watch behind.
    out.setOnReadyHandler(() -> Optional.ofNullable(opened.get()).ifPresent(Watch::ready));
    out.setOnCancelHandler(() -> Optional.ofNullable(opened.get()).ifPresent(Watch::close));
    String action = queries.get(id).order().action();
    Watch watch =
        watches.open(
            id,
            after,
            request.getFollowLost(),
            detail(request.getDetail(), request.getDetailValue()),
            new WatchStream(out, mapper, action, full));
    opened.set(watch);
    if (out.isCancelled()) {
      watch.close();
    }
    watch.ready();
  }

  @Override
  public void cancelExecution(
      CancelExecutionRequest request, StreamObserver<CancelExecutionResponse> response) {
    CallContext caller = CallContext.current();
    ExecutionId id = executionId(request.getExecutionId());
    RequestKey key =
        RequestFields.requestKey(
            caller, Authorizer.DEFAULT_PROJECT, "CancelExecution", request.getRequestId(), request);
    Execution execution =
        cancels.cancel(
            id,
            key,
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
            executionId(request.getExecutionId()),
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
            executionId(request.getExecutionId()),
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
                executionId(request.getExecutionId()),
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
    CallContext caller = CallContext.current();
    String projectId = authorizer.project(request.getProjectId());
    int size = RequestFields.pageSize(request.getPageSize());
    boolean ofExecution = !request.getExecutionId().isEmpty();
    if (ofExecution == !request.getNodeId().isEmpty()) {
      throw BusException.of(ErrorReason.TARGET_INVALID)
          .message("A list of invocations names an execution or a node: exactly one of them.")
          .violation("execution_id", "exactly one of execution_id and node_id")
          .violation("node_id", "exactly one of execution_id and node_id")
          .build();
    }
    Set<InvocationState> states = ProtoEnums.invocationStates("states", request.getStatesList());
    boolean full = isFull(request.getView(), request.getViewValue(), false);
    Optional<ByteBuffer> from = pages.open(caller, request, request.getPageToken());
    Pages.Reader<InvocationView> reader =
        ofExecution
            ? ofExecution(executionId(request.getExecutionId()), from, states)
            : ofNode(nodes.resolve(projectId, nodeId(request.getNodeId())).id(), from, states);
    Function<InvocationView, Invocation> map = full ? mapper::full : mapper::basic;
    Pages.Filled<InvocationView, Invocation> filled = Pages.fill(size, reader, map);
    ListInvocationsResponse.Builder answer =
        ListInvocationsResponse.newBuilder().addAllInvocations(filled.messages());
    filled
        .last()
        .map(InvocationView::invocation)
        .ifPresent(
            last ->
                answer.setNextPageToken(
                    pages.next(
                        caller,
                        request,
                        ofExecution
                            ? ByteBuffer.allocate(Integer.BYTES).putInt(last.ordinal()).array()
                            : Pages.position(last.id().value()))));
    response.onNext(answer.build());
    response.onCompleted();
  }

  private Pages.Reader<InvocationView> ofExecution(
      ExecutionId id, Optional<ByteBuffer> from, Set<InvocationState> states) {
    int first = from.map(ByteBuffer::getInt).orElse(-1);
    return (after, size) ->
        queries.ofExecution(
            id, after.map(view -> view.invocation().ordinal()).orElse(first), states, size);
  }

  private Pages.Reader<InvocationView> ofNode(
      NodeId id, Optional<ByteBuffer> from, Set<InvocationState> states) {
    Optional<InvocationId> first = from.map(position -> new InvocationId(Pages.uuid(position)));
    return (after, size) ->
        queries.ofNode(id, after.map(view -> view.invocation().id()).or(() -> first), states, size);
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
    AtomicReference<@Nullable OutputReading> opened = new AtomicReference<>();
    // Before it opens: a call that has ended by then must not leave a reading behind.
    out.setOnReadyHandler(() -> Optional.ofNullable(opened.get()).ifPresent(OutputReading::ready));
    out.setOnCancelHandler(() -> Optional.ofNullable(opened.get()).ifPresent(OutputReading::close));
    OutputReading reading =
        readings.open(
            id,
            request.getStderr() ? RunStream.STDERR : RunStream.STDOUT,
            request.getOffset(),
            request.getFollow(),
            new ReadOutputStream(out));
    opened.set(reading);
    if (out.isCancelled()) {
      reading.close();
    }
    reading.ready();
  }

  private static ExecutionId executionId(String text) {
    return new ExecutionId(RequestFields.uuid("execution_id", text));
  }

  private static String nodeId(String idOrName) {
    return RequestFields.required("node_id", idOrName, NodeName.MAX_CHARS);
  }

  private static WatchDetail detail(dev.muster.proto.operator.v1.WatchDetail detail, int number) {
    return switch (detail) {
      case WATCH_DETAIL_UNSPECIFIED, WATCH_DETAIL_INVOCATIONS -> WatchDetail.INVOCATIONS;
      case WATCH_DETAIL_EXECUTION -> WatchDetail.EXECUTION;
      case UNRECOGNIZED -> throw Faults.field("detail", number + " is no detail of a watch.");
    };
  }

  private static boolean isFull(View view, int number, boolean unspecified) {
    return switch (view) {
      case VIEW_UNSPECIFIED -> unspecified;
      case VIEW_BASIC -> false;
      case VIEW_FULL -> true;
      case UNRECOGNIZED -> throw Faults.field("view", number + " is no view.");
    };
  }
}

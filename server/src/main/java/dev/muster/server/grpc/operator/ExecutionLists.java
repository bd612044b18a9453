// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ListExecutionsRequest;
import dev.muster.proto.operator.v1.ListExecutionsResponse;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.ListInvocationsResponse;
import dev.muster.server.access.Authorizer;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionQueries;
import dev.muster.server.execution.ExecutionStore.Filter;
import dev.muster.server.execution.InvocationView;
import dev.muster.server.grpc.CallContext;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeName;
import dev.muster.wire.Limits;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Executions and invocations page by page. Thread-safe. */
final class ExecutionLists {
  private static final int OPERATOR_CHARS = 128;

  private final ExecutionQueries queries;
  private final NodeDirectory nodes;
  private final Authorizer authorizer;
  private final Pages pages;
  private final ExecutionMapper mapper;

  ExecutionLists(
      ExecutionQueries queries,
      NodeDirectory nodes,
      Authorizer authorizer,
      Pages pages,
      ExecutionMapper mapper) {
    this.queries = queries;
    this.nodes = nodes;
    this.authorizer = authorizer;
    this.pages = pages;
    this.mapper = mapper;
  }

  /** Lists executions, newest first. */
  ListExecutionsResponse executions(CallContext caller, ListExecutionsRequest request) {
    String projectId = authorizer.project(request.getProjectId());
    int size = RequestFields.pageSize(request.getPageSize());
    boolean full = Views.isFull(request.getView(), request.getViewValue(), false);
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
    return answer.build();
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

  /** Lists the invocations of an execution in the cohort's order, or of a node, newest first. */
  ListInvocationsResponse invocations(CallContext caller, ListInvocationsRequest request) {
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
    boolean full = Views.isFull(request.getView(), request.getViewValue(), false);
    Optional<ByteBuffer> from = pages.open(caller, request, request.getPageToken());
    Pages.Reader<InvocationView> reader =
        ofExecution
            ? ofExecution(RequestFields.executionId(request.getExecutionId()), from, states)
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
    return answer.build();
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

  private static String nodeId(String idOrName) {
    return RequestFields.required("node_id", idOrName, NodeName.MAX_CHARS);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import com.google.protobuf.Duration;
import dev.muster.proto.operator.v1.ActionServiceGrpc;
import dev.muster.proto.operator.v1.ActionServiceGrpc.ActionServiceBlockingStub;
import dev.muster.proto.operator.v1.CancelExecutionRequest;
import dev.muster.proto.operator.v1.CreateJoinTokenRequest;
import dev.muster.proto.operator.v1.CreateNodeRequest;
import dev.muster.proto.operator.v1.CreateNodeResponse;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc.ExecutionServiceBlockingStub;
import dev.muster.proto.operator.v1.GetExecutionRequest;
import dev.muster.proto.operator.v1.GetInvocationRequest;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.GetNodeRequest;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ListExecutionsRequest;
import dev.muster.proto.operator.v1.ListExecutionsResponse;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.ListInvocationsResponse;
import dev.muster.proto.operator.v1.Node;
import dev.muster.proto.operator.v1.NodeServiceGrpc;
import dev.muster.proto.operator.v1.NodeServiceGrpc.NodeServiceBlockingStub;
import dev.muster.proto.operator.v1.RevokeNodeRequest;
import dev.muster.proto.operator.v1.View;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import dev.muster.proto.type.v1.InvocationState;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The admin of a server, over gRPC and TLS. Thread-safe. */
public final class Operator implements AutoCloseable {
  private static final long CALL_SECONDS = 15;
  private static final java.time.Duration SETTLE = java.time.Duration.ofSeconds(60);
  private static final java.time.Duration ONLINE = java.time.Duration.ofSeconds(60);
  private static final int LARGEST_PAGE = 200;

  private final ManagedChannel channel;
  private final ClientInterceptor credentials;

  private Operator(ManagedChannel channel, ClientInterceptor credentials) {
    this.channel = channel;
    this.credentials = credentials;
  }

  /** Connects to a server with its admin's token. */
  public static Operator of(ServerProcess server) {
    try {
      return new Operator(
          Grpc.newChannelBuilderForAddress(
                  "127.0.0.1",
                  server.operatorPort(),
                  TlsChannelCredentials.newBuilder().trustManager(server.caFile().toFile()).build())
              .maxInboundMessageSize(64 << 20)
              .build(),
          bearer(Files.readString(server.adminTokenFile()).strip()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ClientInterceptor bearer(String credential) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + credential);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  /** Returns the channel, without credentials. */
  public ManagedChannel channel() {
    return channel;
  }

  /** Returns the service of executions, for one call. */
  public ExecutionServiceBlockingStub executions() {
    return ExecutionServiceGrpc.newBlockingStub(channel)
        .withInterceptors(credentials)
        .withWaitForReady()
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  /** Returns the service of nodes, for one call. */
  public NodeServiceBlockingStub nodes() {
    return NodeServiceGrpc.newBlockingStub(channel)
        .withInterceptors(credentials)
        .withWaitForReady()
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  /** Returns the service of actions, for one call. */
  public ActionServiceBlockingStub actions() {
    return ActionServiceGrpc.newBlockingStub(channel)
        .withInterceptors(credentials)
        .withWaitForReady()
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  // ---- Nodes ----

  /** Makes a join token for one node. */
  public String joinToken(String name, Map<String, String> labels) {
    return nodes()
        .createJoinToken(
            CreateJoinTokenRequest.newBuilder().setNodeName(name).putAllLabels(labels).build())
        .getSecret();
  }

  /** Makes a node and its key. */
  public CreateNodeResponse createNode(String name, Map<String, String> labels) {
    return nodes()
        .createNode(CreateNodeRequest.newBuilder().setName(name).putAllLabels(labels).build());
  }

  /** Revokes a node. */
  public void revoke(String node) {
    var unused = nodes().revokeNode(RevokeNodeRequest.newBuilder().setNodeId(node).build());
  }

  /** Returns a node. */
  public Node node(String node) {
    return nodes().getNode(GetNodeRequest.newBuilder().setNodeId(node).build()).getNode();
  }

  /** Waits until a node is connected and the server knows these actions of it. */
  public Node awaitOnline(String node, Collection<String> actions) {
    return Eventually.eventually(
        node + " is online with " + actions,
        ONLINE,
        () -> node(node),
        seen -> seen.getOnline() && seen.getActionsList().containsAll(actions));
  }

  /** Waits until a node is not connected. */
  public Node awaitOffline(String node) {
    return Eventually.eventually(
        node + " is offline", ONLINE, () -> node(node), seen -> !seen.getOnline());
  }

  // ---- Executions ----

  /** Dispatches an action. */
  public Execution dispatch(String action, Consumer<DispatchExecutionRequest.Builder> details) {
    DispatchExecutionRequest.Builder request =
        DispatchExecutionRequest.newBuilder().setAction(action);
    details.accept(request);
    return executions().dispatchExecution(request.build()).getExecution();
  }

  /** Dispatches an action to named nodes. */
  public Execution dispatchTo(String action, String... nodes) {
    return dispatch(action, request -> request.addAllNodeIds(List.of(nodes)));
  }

  /** Returns an execution in full. */
  public Execution execution(String id) {
    return executions()
        .getExecution(
            GetExecutionRequest.newBuilder().setExecutionId(id).setView(View.VIEW_FULL).build())
        .getExecution();
  }

  /** Cancels an execution. */
  public Execution cancel(String id) {
    return executions()
        .cancelExecution(CancelExecutionRequest.newBuilder().setExecutionId(id).build())
        .getExecution();
  }

  /** Returns the ids of all executions there are, newest first, page by page. */
  public List<String> executionIds(int pageSize) {
    List<String> ids = new ArrayList<>();
    String page = "";
    do {
      ListExecutionsResponse response =
          executions()
              .listExecutions(
                  ListExecutionsRequest.newBuilder()
                      .setPageSize(pageSize)
                      .setPageToken(page)
                      .build());
      response.getExecutionsList().forEach(execution -> ids.add(execution.getId()));
      page = response.getNextPageToken();
    } while (!page.isEmpty());
    return ids;
  }

  /** Returns an execution's invocations in full. */
  public List<Invocation> invocations(String execution) {
    List<Invocation> invocations = new ArrayList<>();
    String page = "";
    do {
      ListInvocationsResponse response =
          executions()
              .listInvocations(
                  ListInvocationsRequest.newBuilder()
                      .setExecutionId(execution)
                      .setPageSize(LARGEST_PAGE)
                      .setPageToken(page)
                      .setView(View.VIEW_FULL)
                      .build());
      invocations.addAll(response.getInvocationsList());
      page = response.getNextPageToken();
    } while (!page.isEmpty());
    return invocations;
  }

  /** Returns the one invocation of an execution on one node. */
  public Invocation onlyInvocation(String execution) {
    List<Invocation> all = invocations(execution);
    if (all.size() != 1) {
      throw new AssertionError("one invocation was expected, not " + all);
    }
    return all.get(0);
  }

  /** Returns an invocation with its history. */
  public GetInvocationResponse invocation(String id) {
    return executions()
        .getInvocation(GetInvocationRequest.newBuilder().setInvocationId(id).build());
  }

  /** Follows an execution until it has settled, and returns it in full. */
  public Execution awaitSettled(String id) {
    var unused =
        watch(WatchExecutionRequest.newBuilder().setExecutionId(id).build(), event -> false);
    return execution(id);
  }

  /** Follows an execution until its one invocation is in one of these states. */
  public Invocation awaitInvocation(String execution, InvocationState... wanted) {
    Set<InvocationState> states = Set.of(wanted);
    return awaitInvocation(execution, invocation -> states.contains(invocation.getState()));
  }

  /** Follows an execution until one of its invocations is like this. */
  public Invocation awaitInvocation(String execution, Predicate<Invocation> wanted) {
    List<WatchExecutionResponse> events =
        watch(
            WatchExecutionRequest.newBuilder()
                .setExecutionId(execution)
                .setFollowLost(true)
                .setView(View.VIEW_FULL)
                .build(),
            event -> invocationsOf(event).stream().anyMatch(wanted));
    return events.stream()
        .flatMap(event -> invocationsOf(event).stream())
        .filter(wanted)
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("the execution settled otherwise: " + invocations(execution)));
  }

  /**
   * Follows an execution until an event is the last one wanted, or the stream ends; returns all
   * events.
   */
  public List<WatchExecutionResponse> watch(
      WatchExecutionRequest request, Predicate<WatchExecutionResponse> last) {
    List<WatchExecutionResponse> events = new ArrayList<>();
    Context.CancellableContext context = Context.current().withCancellation();
    Context previous = context.attach();
    try {
      Iterator<WatchExecutionResponse> stream =
          executions()
              .withDeadlineAfter(SETTLE.toSeconds(), TimeUnit.SECONDS)
              .watchExecution(request);
      while (stream.hasNext()) {
        WatchExecutionResponse event = stream.next();
        events.add(event);
        if (last.test(event)) {
          break;
        }
      }
    } finally {
      context.detach(previous);
      context.cancel(null);
    }
    return events;
  }

  /** Returns the invocations that an event of a watch tells of. */
  public static List<Invocation> invocationsOf(WatchExecutionResponse event) {
    if (event.hasInvocation()) {
      return List.of(event.getInvocation());
    }
    return event.getSnapshot().getInvocationsList();
  }

  /** Returns whether the operator port says that it serves. */
  public boolean isHealthy() {
    return HealthGrpc.newBlockingStub(channel)
            .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
            .check(HealthCheckRequest.getDefaultInstance())
            .getStatus()
        == ServingStatus.SERVING;
  }

  /** Connects again at once where the server was away. */
  public void reconnect() {
    channel.resetConnectBackoff();
  }

  static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }

  /** Ends the connection; returns whether every call had ended. */
  boolean end() {
    channel.shutdownNow();
    try {
      return channel.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    var unused = end();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import com.google.protobuf.Duration;
import dev.muster.bench.BenchFailedException;
import dev.muster.proto.operator.v1.CreateJoinTokenRequest;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc.ExecutionServiceBlockingStub;
import dev.muster.proto.operator.v1.GetExecutionRequest;
import dev.muster.proto.operator.v1.NodeServiceGrpc;
import dev.muster.proto.operator.v1.NodeServiceGrpc.NodeServiceBlockingStub;
import dev.muster.proto.operator.v1.View;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The admin of the server that is measured. Thread-safe. */
public final class Operator implements AutoCloseable {
  /** The action that every node of a swarm declares. */
  public static final String ACTION = "swarm.noop";

  private static final String LABEL = "fleet";
  private static final int CALL_SECONDS = 60;
  private static final int WATCH_SECONDS = 300;
  private static final int MAX_MESSAGE = 64 << 20;

  private final ManagedChannel channel;
  private final ClientInterceptor credentials;

  private Operator(ManagedChannel channel, ClientInterceptor credentials) {
    this.channel = channel;
    this.credentials = credentials;
  }

  /** Connects with the token of the server's first operator. */
  static Operator of(MusterServer server) {
    try {
      ChannelCredentials transport =
          server.hasTls()
              ? TlsChannelCredentials.newBuilder()
                  .trustManager(server.certificateAuthority().toFile())
                  .build()
              : InsecureChannelCredentials.create();
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
          "Bearer " + server.adminToken());
      return new Operator(
          Grpc.newChannelBuilderForAddress("127.0.0.1", server.operatorPort(), transport)
              .maxInboundMessageSize(MAX_MESSAGE)
              .build(),
          MetadataUtils.newAttachHeadersInterceptor(headers));
    } catch (IOException e) {
      throw new BenchFailedException("the server's authority cannot be used", e);
    }
  }

  /** Executions and invocations, for one call. */
  public ExecutionServiceBlockingStub executions() {
    return ExecutionServiceGrpc.newBlockingStub(channel)
        .withInterceptors(credentials)
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  /** Begins a call of a method, for those who do not read the answers. */
  public <Q, A> ClientCall<Q, A> call(MethodDescriptor<Q, A> method) {
    return ClientInterceptors.intercept(channel, credentials)
        .newCall(method, CallOptions.DEFAULT.withDeadlineAfter(WATCH_SECONDS, TimeUnit.SECONDS));
  }

  /** Nodes and join tokens, for one call. */
  public NodeServiceBlockingStub nodes() {
    return NodeServiceGrpc.newBlockingStub(channel)
        .withInterceptors(credentials)
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  /** Makes a join token for this many nodes; they get a label of this value. */
  String joinToken(int nodes, String fleet) {
    return nodes()
        .createJoinToken(
            CreateJoinTokenRequest.newBuilder()
                .setMaxUses(nodes)
                .setTtl(Duration.newBuilder().setSeconds(TimeUnit.DAYS.toSeconds(1)))
                .putAllLabels(Map.of(LABEL, fleet))
                .build())
        .getSecret();
  }

  /** Begins a dispatch to all nodes of a fleet; the caller adds what it wants else. */
  public static DispatchExecutionRequest.Builder dispatchTo(String fleet, String inputJson) {
    return DispatchExecutionRequest.newBuilder()
        .setAction(ACTION)
        .setSelector(LABEL + "=" + fleet)
        .setInputJson(inputJson);
  }

  /** Dispatches; the execution is durable when this returns. */
  public Execution dispatch(DispatchExecutionRequest request) {
    return executions().dispatchExecution(request).getExecution();
  }

  /** Returns an execution with its counts. */
  public Execution execution(String id) {
    return executions()
        .getExecution(
            GetExecutionRequest.newBuilder().setExecutionId(id).setView(View.VIEW_BASIC).build())
        .getExecution();
  }

  /** Connects again at once where the server was away. */
  public void reconnect() {
    channel.resetConnectBackoff();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}

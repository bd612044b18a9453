// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.protobuf.Duration;
import dev.muster.proto.operator.v1.CreateJoinTokenRequest;
import dev.muster.proto.operator.v1.CreateNodeRequest;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc.ExecutionServiceBlockingStub;
import dev.muster.proto.operator.v1.NodeServiceGrpc;
import dev.muster.proto.operator.v1.NodeServiceGrpc.NodeServiceBlockingStub;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The admin of the server, who does not give up. Thread-safe. */
final class Operator implements AutoCloseable {
  /** Label of every node of the fleet. */
  static final String FLEET = "fleet";

  /** Its value. */
  static final String CHAOS = "chaos";

  /** Value of nodes that no agent stands for. */
  static final String GHOSTS = "ghosts";

  private static final int CALL_SECONDS = 5;
  private static final int MOST_REPEATS = 600;
  private static final java.time.Duration BETWEEN = java.time.Duration.ofMillis(200);

  private final ManagedChannel channel;
  private final ClientInterceptor credentials;

  private Operator(ManagedChannel channel, ClientInterceptor credentials) {
    this.channel = channel;
    this.credentials = credentials;
  }

  /** Connects with the token of the server's first operator. */
  static Operator of(ServerSubject server) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + server.adminToken());
    return new Operator(
        Grpc.newChannelBuilderForAddress(
                "127.0.0.1", server.operatorPort(), InsecureChannelCredentials.create())
            .maxInboundMessageSize(64 << 20)
            .build(),
        MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /**
   * Asks for something until it is answered, or refused for good.
   *
   * @throws StatusRuntimeException the refusal
   */
  <R> R insist(Function<ExecutionServiceBlockingStub, R> call) {
    for (int i = 0; ; i++) {
      try {
        return call.apply(executions());
      } catch (StatusRuntimeException e) {
        if (i == MOST_REPEATS || !mayBeRepeated(e)) {
          throw e;
        }
        // The server may be back: the channel's own patience grows to minutes.
        channel.resetConnectBackoff();
        pause();
      }
    }
  }

  /** Makes a join token for one node. */
  String joinToken(String name) {
    return nodes()
        .createJoinToken(
            CreateJoinTokenRequest.newBuilder()
                .setNodeName(name)
                .setTtl(Duration.newBuilder().setSeconds(TimeUnit.DAYS.toSeconds(1)))
                .putAllLabels(Map.of(FLEET, CHAOS))
                .build())
        .getSecret();
  }

  /** Makes a node that no agent stands for. */
  void createNode(String name, String fleet) {
    var unused =
        nodes()
            .createNode(
                CreateNodeRequest.newBuilder().setName(name).putLabels(FLEET, fleet).build());
  }

  /** Nodes and join tokens, for one call. */
  NodeServiceBlockingStub nodes() {
    return NodeServiceGrpc.newBlockingStub(channel)
        .withInterceptors(credentials)
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private ExecutionServiceBlockingStub executions() {
    return ExecutionServiceGrpc.newBlockingStub(channel)
        .withInterceptors(credentials)
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  private static boolean mayBeRepeated(StatusRuntimeException failure) {
    return switch (failure.getStatus().getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED, RESOURCE_EXHAUSTED, CANCELLED, UNKNOWN -> true;
      default -> false;
    };
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

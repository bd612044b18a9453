// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.raw;

import com.google.protobuf.Duration;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.proto.agent.v1.ServerHeartbeat;
import dev.muster.proto.agent.v1.StreamLimits;
import dev.muster.proto.agent.v1.Welcome;
import dev.muster.wire.Limits;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Instant;

/**
 * Welcomes whoever says Hello and passes on what the nodes send. Knows nobody, keeps nothing.
 * Thread-safe.
 */
final class RawEchoService extends AgentServiceGrpc.AgentServiceImplBase {
  private static final StreamLimits LIMITS =
      StreamLimits.newBuilder()
          .setInlineOutputBytes(Limits.INLINE_OUTPUT_BYTES)
          .setUnacknowledgedCallbacks(Limits.UNACKNOWLEDGED_CALLBACKS)
          .setCatalogPageBytes(Limits.CATALOG_PAGE_BYTES)
          .setMessageBytes(Limits.AGENT_MESSAGE_BYTES)
          .build();

  private final RawFleet fleet;

  RawEchoService(RawFleet fleet) {
    this.fleet = fleet;
  }

  @Override
  public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> out) {
    ServerCallStreamObserver<ConnectResponse> flow =
        (ServerCallStreamObserver<ConnectResponse>) out;
    flow.disableAutoRequest();
    // A message is done with when onNext returns; asking for each anew would cost, and bound
    // nothing.
    flow.request(Integer.MAX_VALUE);
    return new Incoming(out);
  }

  private final class Incoming implements StreamObserver<ConnectRequest> {
    private final StreamObserver<ConnectResponse> out;

    Incoming(StreamObserver<ConnectResponse> out) {
      this.out = out;
    }

    @Override
    public void onNext(ConnectRequest message) {
      switch (message.getMessageCase()) {
        case HELLO -> {
          out.onNext(welcome(message.getHello()));
          fleet.add(out);
        }
        case CALLBACK, PREPARE_RESULT -> fleet.replied();
        case HEARTBEAT -> out.onNext(heartbeat());
        case JOURNAL_PAGE,
            EPOCH_CONFIRMED,
            CATALOG_PAGE,
            PROGRESS,
            OUTPUT_CHUNK,
            KEY_ACCEPTED,
            MESSAGE_NOT_SET -> {}
      }
    }

    @Override
    public void onError(Throwable failure) {
      fleet.remove(out);
    }

    @Override
    public void onCompleted() {
      fleet.remove(out);
      out.onCompleted();
    }
  }

  private static ConnectResponse welcome(Hello hello) {
    return ConnectResponse.newBuilder()
        .setWelcome(
            Welcome.newBuilder()
                .setEpoch(1)
                .setNodeId(hello.getNodeId())
                .setNodeName("raw-node-00001")
                .setServerTime(RawOrders.timestamp(Instant.now()))
                .setHeartbeatInterval(
                    Duration.newBuilder().setSeconds(Limits.HEARTBEAT_INTERVAL.toSeconds()))
                .setLimits(LIMITS)
                .setReplicaId("raw-replica"))
        .build();
  }

  /** As often as the node gives one: an echo. */
  private static ConnectResponse heartbeat() {
    return ConnectResponse.newBuilder()
        .setHeartbeat(
            ServerHeartbeat.newBuilder().setServerTime(RawOrders.timestamp(Instant.now())))
        .build();
  }
}

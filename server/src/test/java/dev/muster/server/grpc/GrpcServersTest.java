// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import static dev.muster.server.grpc.operator.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.EnrollRequest;
import dev.muster.proto.agent.v1.EnrollResponse;
import dev.muster.proto.operator.v1.AccessServiceGrpc;
import dev.muster.proto.operator.v1.WhoAmIRequest;
import dev.muster.server.access.Authorizer;
import dev.muster.server.access.OperatorAuthenticator;
import dev.muster.server.audit.RefusalAudit;
import dev.muster.server.node.TestBus;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Both listeners on real sockets. */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // Set before each test.
class GrpcServersTest {
  @RegisterExtension final TestBus bus = new TestBus();

  private GrpcServers servers;
  private ManagedChannel agents;
  private ManagedChannel operators;

  @BeforeEach
  void start() throws IOException {
    servers = servers(0);
    servers.start();
    agents = channel(servers.agentAddress());
    operators = channel(servers.operatorAddress());
  }

  @AfterEach
  void stop() throws InterruptedException {
    agents.shutdownNow();
    operators.shutdownNow();
    assertThat(agents.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(operators.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    servers.close();
  }

  private GrpcServers servers(int agentPort) {
    return new GrpcServers(
        endpoint(agentPort),
        new AgentSurface(
            new EnrollingAgentService(),
            new NodeAuthenticationInterceptor(bus.keyring, bus.ledger),
            TestBus.IDS),
        endpoint(0),
        new OperatorSurface(
            List.of(new AccessServiceGrpc.AccessServiceImplBase() {}),
            new OperatorAuthenticationInterceptor(
                new OperatorAuthenticator(bus.store, bus.keyedHash, bus.clock)),
            new RefusalAudit(bus.ledger),
            new Authorizer(),
            TestBus.IDS));
  }

  private static GrpcServers.Endpoint endpoint(int port) {
    return new GrpcServers.Endpoint(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        InsecureServerCredentials.create());
  }

  private static ManagedChannel channel(InetSocketAddress address) {
    return Grpc.newChannelBuilderForAddress(
            address.getHostString(), address.getPort(), InsecureChannelCredentials.create())
        .build();
  }

  /** Says how long the name was. */
  private static final class EnrollingAgentService extends AgentServiceGrpc.AgentServiceImplBase {
    @Override
    public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> response) {
      response.onNext(
          EnrollResponse.newBuilder()
              .setNodeName(Integer.toString(request.getNodeName().length()))
              .build());
      response.onCompleted();
    }
  }

  @Test
  void eachPort_hasItsOwnServicesOnly() {
    assertThat(enroll(3)).isEqualTo("3");
    assertRefused(
        "CREDENTIAL_MISSING",
        () ->
            AccessServiceGrpc.newBlockingStub(operators)
                .whoAmI(WhoAmIRequest.getDefaultInstance()));
    assertRefused(
        "SURFACE_NOT_PROVISIONED",
        () -> AccessServiceGrpc.newBlockingStub(agents).whoAmI(WhoAmIRequest.getDefaultInstance()));
    assertRefused(
        "SURFACE_NOT_PROVISIONED",
        () ->
            AgentServiceGrpc.newBlockingStub(operators).enroll(EnrollRequest.getDefaultInstance()));
  }

  @Test
  void messageAboveTheLimit_isResourceExhausted_andTheServerGoesOn() {
    assertThat(enroll(1_000_000)).isEqualTo("1000000");
    for (int size : new int[] {(1 << 20) + 1, 5 << 20}) {
      assertThatThrownBy(() -> enroll(size))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    }
    assertThat(enroll(5)).isEqualTo("5");
  }

  @Test
  void compressedBomb_isResourceExhausted_andTheServerGoesOn() {
    assertThatThrownBy(
            () ->
                AgentServiceGrpc.newBlockingStub(agents)
                    .withCompression("gzip")
                    .enroll(EnrollRequest.newBuilder().setNodeName("x".repeat(64 << 20)).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    assertThat(enroll(5)).isEqualTo("5");
  }

  @Test
  void bytesThatAreNoHttp2_disturbNobody() throws IOException {
    for (InetSocketAddress address : List.of(servers.agentAddress(), servers.operatorAddress())) {
      try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
        socket.setSoTimeout(10_000);
        socket
            .getOutputStream()
            .write(
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n\u0000\u0001"
                    .getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().readAllBytes().length).isGreaterThanOrEqualTo(0);
      }
    }
    assertThat(enroll(5)).isEqualTo("5");
  }

  @Test
  void drainingServer_takesNoNewConnection_andEndsOnceNothingIsUnderWay() throws Exception {
    InetSocketAddress address = servers.agentAddress();
    assertThat(health(agents)).isEqualTo(ServingStatus.SERVING);

    servers.drain();

    assertThat(servers.awaitTermination(Duration.ofSeconds(10))).isTrue();
    ManagedChannel late = channel(address);
    assertThatThrownBy(() -> health(late))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    late.shutdownNow();
    assertThat(late.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void takenPort_isToldAndLeavesNothingListening() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      GrpcServers second = servers(taken.getLocalPort());

      assertThatThrownBy(second::start).isInstanceOf(IOException.class);

      second.close();
    }
  }

  private String enroll(int nameLength) {
    return AgentServiceGrpc.newBlockingStub(agents)
        .enroll(EnrollRequest.newBuilder().setNodeName("x".repeat(nameLength)).build())
        .getNodeName();
  }

  private static ServingStatus health(ManagedChannel channel) {
    return HealthGrpc.newBlockingStub(channel)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }
}

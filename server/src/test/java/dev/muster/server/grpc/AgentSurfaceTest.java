// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import static dev.muster.server.grpc.operator.Refusals.assertFieldRefused;
import static dev.muster.server.grpc.operator.Refusals.assertRefused;
import static dev.muster.server.node.TestBus.ALICE;
import static dev.muster.server.node.TestBus.PROJECT;
import static dev.muster.server.node.TestBus.once;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.EnrollRequest;
import dev.muster.proto.agent.v1.EnrollResponse;
import dev.muster.proto.agent.v1.ReportInvocationRequest;
import dev.muster.proto.agent.v1.ReportInvocationResponse;
import dev.muster.proto.agent.v1.UploadOutputRequest;
import dev.muster.proto.agent.v1.UploadOutputResponse;
import dev.muster.server.node.Enrollment;
import dev.muster.server.node.JoinTokens;
import dev.muster.server.node.JoinTokens.NewJoinToken;
import dev.muster.server.node.NodeKey;
import dev.muster.server.node.NodeService;
import dev.muster.server.node.NodeService.CreatedNode;
import dev.muster.server.node.TestBus;
import dev.muster.wire.JoinToken;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.OperatorToken;
import dev.muster.wire.Secret;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
@SuppressWarnings("NullAway.Init") // Set before each test.
class AgentSurfaceTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @RegisterExtension final TestBus bus = new TestBus();

  private NodeService nodes;
  private JoinTokens tokens;
  private GrpcEnrollment enrollment;
  private Server server;
  private ManagedChannel channel;
  private final CompletableFuture<String> connected = new CompletableFuture<>();

  @BeforeEach
  void start() throws IOException {
    nodes =
        new NodeService(
            bus.ledger,
            bus.store,
            bus.nodes,
            bus.keyring,
            bus.keyedHash,
            bus,
            (tx, node, by) -> {},
            node -> {},
            TestBus.IDS,
            bus.random);
    tokens =
        new JoinTokens(
            bus.ledger, bus.store, bus.keyedHash, Optional.empty(), TestBus.IDS, bus.random);
    enrollment =
        new GrpcEnrollment(
            new Enrollment(
                bus.ledger,
                bus.store,
                bus.nodes,
                bus.keyring,
                bus.keyedHash,
                TestBus.IDS,
                bus.random),
            "PEM");
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    new AgentSurface(
            new EchoingAgentService(),
            new NodeAuthenticationInterceptor(bus.keyring, bus.ledger),
            TestBus.IDS)
        .configure(builder);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    enrollment.close();
  }

  /** Tells which node it was called by. */
  private final class EchoingAgentService extends AgentServiceGrpc.AgentServiceImplBase {
    @Override
    public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> response) {
      connected.complete(NodeContext.current().name().value());
      response.onCompleted();
      return new Ignoring<>();
    }

    @Override
    public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> response) {
      enrollment.enroll(request, response);
    }

    @Override
    public void reportInvocation(
        ReportInvocationRequest request, StreamObserver<ReportInvocationResponse> response) {
      assertThat(NodeContext.current().name().value()).isEqualTo("web");
      response.onNext(ReportInvocationResponse.getDefaultInstance());
      response.onCompleted();
    }
  }

  @Test
  void nodeWithItsKey_isKnownToUnaryAndStreamingHandlers() throws Exception {
    Channel web = with(node("web").key().orElseThrow().format());

    assertThat(report(web)).isNotNull();
    StreamObserver<ConnectRequest> out =
        AgentServiceGrpc.newStub(web).connect(new Ignoring<ConnectResponse>());
    assertThat(connected.get(10, TimeUnit.SECONDS)).isEqualTo("web");
    out.onCompleted();
  }

  @Test
  void badKeys_areToldApart() {
    CreatedNode web = node("web");
    String key = web.key().orElseThrow().format();
    NodeSecretKey forged =
        new NodeSecretKey(web.node().node().id().value(), Secret.random(bus.random));
    NodeSecretKey unknown = new NodeSecretKey(TestBus.IDS.get(), Secret.random(bus.random));
    OperatorToken operator = new OperatorToken(TestBus.IDS.get(), Secret.random(bus.random));

    assertRefused("CREDENTIAL_MISSING", () -> report(channel));
    assertRefused("CREDENTIAL_MALFORMED", () -> report(with(key.substring(1))));
    assertRefused("CREDENTIAL_MALFORMED", () -> report(with(operator.format())));
    assertRefused("NSK_INVALID", () -> report(with(forged.format())));
    assertRefused("NSK_INVALID", () -> report(with(unknown.format())));
  }

  @Test
  void revokedNode_isToldSo_othersWithoutItsKeyAreNot() {
    CreatedNode web = node("web");
    String key = web.key().orElseThrow().format();
    NodeSecretKey forged =
        new NodeSecretKey(web.node().node().id().value(), Secret.random(bus.random));
    assertThat(report(with(key))).isNotNull();

    var unused = nodes.revoke(ALICE, once("RevokeNode"), PROJECT, "web", "");

    assertRefused("NSK_REVOKED", () -> report(with(key)));
    assertRefused("NSK_INVALID", () -> report(with(forged.format())));
  }

  @Test
  void firstUseOfAKey_isRecorded() {
    CreatedNode web = node("web");

    assertThat(report(with(web.key().orElseThrow().format()))).isNotNull();

    // Recorded behind the call; the next commit is after it.
    var unused = node("other");
    List<NodeKey> keys = bus.store.read(tx -> tx.nodeKeys().ofNode(web.node().node().id()));
    assertThat(keys)
        .singleElement()
        .satisfies(stored -> assertThat(stored.firstUsedTime()).isEqualTo(TestBus.START));
  }

  @Test
  void enroll_isOpen_andGivesANodeThatMayConnect() {
    EnrollResponse enrolled =
        enroll(request(token(Map.of("site", "a"))).setNodeName("web").build());

    assertThat(enrolled.getNodeName()).isEqualTo("web");
    assertThat(enrolled.getProjectId()).isEqualTo("default");
    assertThat(enrolled.getCaCertificatePem()).isEqualTo("PEM");
    assertThat(enrolled.getLabelsMap()).isEqualTo(Map.of("site", "a"));
    assertThat(report(with(enrolled.getNodeSecretKey()))).isNotNull();
  }

  @Test
  void badEnrollments_areRefused() {
    JoinToken token = token(Map.of());
    JoinToken unknown =
        new JoinToken(TestBus.IDS.get(), Secret.random(bus.random), Optional.empty());

    assertRefused("CREDENTIAL_MALFORMED", () -> enroll(EnrollRequest.getDefaultInstance()));
    assertRefused(
        "CREDENTIAL_MALFORMED",
        () -> enroll(request(token).setJoinToken(token.format().substring(5)).build()));
    assertRefused("TOKEN_INVALID", () -> enroll(request(unknown).build()));
    assertFieldRefused(
        "FIELD_INVALID", "request_id", () -> enroll(request(token).clearRequestId().build()));
    assertFieldRefused(
        "FIELD_INVALID", "node_name", () -> enroll(request(token).setNodeName("A B").build()));
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "machine_id",
        () -> enroll(request(token).setMachineId("m".repeat(129)).build()));
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "facts",
        () -> enroll(request(token).putFacts("k", "v".repeat(257)).build()));
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "labels",
        () -> enroll(request(token).putLabels("admin", "yes").build()));
    assertThat(enroll(request(token).build()).getNodeId()).isNotEmpty();
    assertRefused("JOIN_TOKEN_CONSUMED", () -> enroll(request(token).setRequestId("r-2").build()));
  }

  @Test
  void enrollmentsAtOnce_useATokenAsOftenAsItSays() {
    JoinToken token =
        tokens
            .create(
                ALICE,
                once("CreateJoinToken"),
                new NewJoinToken(PROJECT, "", 5, JoinTokens.DEFAULT_TTL, Map.of(), Map.of(), ""))
            .token()
            .orElseThrow();
    List<CompletableFuture<Boolean>> attempts =
        java.util.stream.IntStream.range(0, 20)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () ->
                            enroll(request(token).setRequestId("r-" + i).build()).isInitialized()))
            .toList();

    long enrolled = attempts.stream().filter(AgentSurfaceTest::succeeded).count();

    assertThat(enrolled).isEqualTo(5);
    assertThat(bus.nodes.all()).hasSize(5);
  }

  @Test
  void uploadOutput_isNotProvisioned() {
    Channel web = with(node("web").key().orElseThrow().format());
    Ignoring<UploadOutputResponse> answer = new Ignoring<>();
    StreamObserver<UploadOutputRequest> out = AgentServiceGrpc.newStub(web).uploadOutput(answer);

    assertRefused("SURFACE_NOT_PROVISIONED", answer::awaitFailure);
    assertThat(out).isNotNull();
  }

  @Test
  void health_isOpen() {
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatusValue())
        .isEqualTo(1);
  }

  private static boolean succeeded(CompletableFuture<Boolean> attempt) {
    try {
      return attempt.join();
    } catch (CompletionException e) {
      return false;
    }
  }

  private CreatedNode node(String name) {
    return nodes.create(ALICE, once("CreateNode"), PROJECT, name, Map.of());
  }

  private JoinToken token(Map<String, String> labels) {
    return tokens
        .create(
            ALICE,
            once("CreateJoinToken"),
            new NewJoinToken(PROJECT, "", 1, JoinTokens.DEFAULT_TTL, labels, Map.of(), ""))
        .token()
        .orElseThrow();
  }

  private static EnrollRequest.Builder request(JoinToken token) {
    return EnrollRequest.newBuilder().setJoinToken(token.format()).setRequestId("r-1");
  }

  private EnrollResponse enroll(EnrollRequest request) {
    return AgentServiceGrpc.newBlockingStub(channel).enroll(request);
  }

  private static ReportInvocationResponse report(Channel channel) {
    return AgentServiceGrpc.newBlockingStub(channel)
        .reportInvocation(ReportInvocationRequest.getDefaultInstance());
  }

  private Channel with(String key) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + key);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** Takes whatever comes. */
  private static final class Ignoring<T> implements StreamObserver<T> {
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable t) {
      failure.complete(t);
    }

    @Override
    public void onCompleted() {}

    void awaitFailure() throws Throwable {
      throw failure.get(10, TimeUnit.SECONDS);
    }
  }
}

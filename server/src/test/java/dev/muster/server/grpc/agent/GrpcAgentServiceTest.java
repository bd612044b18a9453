// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_ACKNOWLEDGED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_STARTED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_SUCCEEDED;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.CatalogPage;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.ConnectResponse.MessageCase;
import dev.muster.proto.agent.v1.EpochConfirmed;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.proto.agent.v1.OutputStream;
import dev.muster.proto.agent.v1.ReportInvocationRequest;
import dev.muster.proto.agent.v1.ReportInvocationResponse;
import dev.muster.proto.agent.v1.UploadOutputRequest;
import dev.muster.proto.agent.v1.UploadOutputResponse;
import dev.muster.proto.type.v1.Action;
import dev.muster.proto.type.v1.ActionKind;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.proto.type.v1.Output;
import dev.muster.proto.type.v1.Result;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Node;
import dev.muster.server.output.RunStream;
import dev.muster.server.output.StoredOutput;
import dev.muster.server.session.SessionHarness;
import dev.muster.wire.CatalogDigest;
import dev.muster.wire.Limits;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Sha256;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The agents' service as an agent sees it, over the in-process transport, on the real ledger and
 * store.
 */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // Set before each test.
final class GrpcAgentServiceTest {
  private static final TestStore store = TestStore.open();
  private static final java.time.Duration HOUR = java.time.Duration.ofHours(1);

  private final SessionHarness bus = new SessionHarness(store);
  private final Node node = bus.node();
  private final Node other = bus.node();
  private AgentPort port;
  private NodeSecretKey key;
  private NodeSecretKey otherKey;

  @BeforeEach
  void start() throws IOException {
    port = new AgentPort(bus, store, 100, node, other);
    key = port.key(node);
    otherKey = port.key(other);
  }

  @AfterEach
  void stop() {
    port.close();
    bus.close();
  }

  @AfterAll
  static void closeStore() {
    store.close();
  }

  // ---- The stream ----

  @Test
  void dialogue_fromHelloToResult() {
    Agent agent = connect();
    agent.send(hello());
    bus.settle();
    agent.send(confirmed(agent.welcomeEpoch()));
    bus.settle();
    ExecutionId execution = bus.dispatch(HOUR, node);

    String id = agent.last(MessageCase.EXECUTE).getExecute().getInvocationId();
    agent.send(callback(1, id, step(INVOCATION_STATE_ACKNOWLEDGED)));
    agent.send(callback(2, id, step(INVOCATION_STATE_STARTED), step(INVOCATION_STATE_SUCCEEDED)));
    bus.settle();

    assertThat(agent.received.get(0).getMessageCase()).isEqualTo(MessageCase.WELCOME);
    assertThat(agent.last(MessageCase.CALLBACK_ACK).getCallbackAck().getThroughSequence())
        .isEqualTo(2);
    assertThat(bus.only(execution).state()).isEqualTo(InvocationState.SUCCEEDED);
  }

  @Test
  void streamWithoutHello_breachesTheProtocol() {
    Agent agent = connect();

    agent.send(callback(1, UUID.randomUUID().toString(), step(INVOCATION_STATE_ACKNOWLEDGED)));

    assertThat(agent.endedWith(Status.Code.ABORTED))
        .isEqualTo(ErrorReason.ERROR_REASON_PROTOCOL_VIOLATION);
  }

  @Test
  void messageOfNoKnownKind_breachesTheProtocol() {
    Agent agent = connect();

    agent.send(ConnectRequest.getDefaultInstance());

    assertThat(agent.endedWith(Status.Code.ABORTED))
        .isEqualTo(ErrorReason.ERROR_REASON_PROTOCOL_VIOLATION);
  }

  @Test
  void secondHello_breachesTheProtocol() {
    Agent agent = connect();
    agent.send(hello());
    agent.send(hello());
    bus.settle();

    assertThat(agent.endedWith(Status.Code.ABORTED))
        .isEqualTo(ErrorReason.ERROR_REASON_PROTOCOL_VIOLATION);
    assertThat(bus.registry.isOnline(node.id())).isFalse();
  }

  @Test
  void helloOfAnotherNode_isRefused() {
    Agent agent = connect();

    agent.send(
        ConnectRequest.newBuilder()
            .setHello(hello().getHello().toBuilder().setNodeId(other.id().toString()))
            .build());

    assertThat(agent.endedWith(Status.Code.PERMISSION_DENIED))
        .isEqualTo(ErrorReason.ERROR_REASON_NSK_NODE_MISMATCH);
  }

  @Test
  void helloOutOfBounds_isRefused() {
    for (Hello.Builder hello :
        List.of(
            hello().getHello().toBuilder().setSlots(0),
            hello().getHello().toBuilder().setSlots(Limits.MAX_SLOTS + 1),
            hello().getHello().toBuilder().setJournalId(ByteString.EMPTY),
            hello().getHello().toBuilder().setLastEpoch(-1),
            hello().getHello().toBuilder().setLastEpoch(Long.MAX_VALUE - 1),
            hello().getHello().toBuilder().setCatalogDigest(ByteString.EMPTY))) {
      Agent agent = connect();

      agent.send(ConnectRequest.newBuilder().setHello(hello).build());

      assertThat(agent.endedWith(Status.Code.INVALID_ARGUMENT))
          .isEqualTo(ErrorReason.ERROR_REASON_LIMIT_OUT_OF_RANGE);
    }
  }

  @Test
  void garbage_endsItsStreamWithAClearError_andLeavesNothingBehind() {
    // Bug: the stream was gone, its session stayed: online, and handed what nobody would ever read.
    RawAgent agent = new RawAgent(port.with(key));
    agent.send(hello().toByteArray());
    bus.settle();
    assertThat(bus.registry.isOnline(node.id())).isTrue();

    agent.send(new byte[] {(byte) 0xff, 0x17, 0x42});
    bus.settle();

    assertThat(WireErrors.reasonOf(agent.failure())).isPresent();
    assertThat(Status.fromThrowable(agent.failure()).getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(bus.registry.isOnline(node.id())).isFalse();
    Agent next = connect();
    next.send(hello());
    bus.settle();
    assertThat(next.received).hasSize(1);
  }

  @Test
  void malformedCallbacks_areRefusedOneByOne_andTheStreamGoesOn() {
    Agent agent = open();
    ExecutionId execution = bus.dispatch(HOUR, node);
    String id = bus.only(execution).id().toString();

    agent.send(callback(1, "", step(INVOCATION_STATE_ACKNOWLEDGED)));
    agent.send(callback(2, "not-a-uuid", step(INVOCATION_STATE_ACKNOWLEDGED)));
    agent.send(callback(3, id));
    agent.send(callback(4, id, CallbackStep.newBuilder().setStateValue(999)));
    agent.send(
        callback(5, id, step(dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_LOST)));
    agent.send(callback(6, id, step(INVOCATION_STATE_ACKNOWLEDGED)));
    bus.settle();

    assertThat(
            agent.received.stream()
                .flatMap(message -> message.getCallbackAck().getRefusalsList().stream())
                .map(refusal -> refusal.getReason()))
        .containsExactly(
            ErrorReason.ERROR_REASON_MALFORMED_CALLBACK,
            ErrorReason.ERROR_REASON_MALFORMED_CALLBACK,
            ErrorReason.ERROR_REASON_MALFORMED_CALLBACK,
            ErrorReason.ERROR_REASON_MALFORMED_CALLBACK,
            ErrorReason.ERROR_REASON_MALFORMED_CALLBACK);
    assertThat(bus.only(execution).state()).isEqualTo(InvocationState.ACKNOWLEDGED);
    assertThat(agent.failure).isNull();
  }

  @Test
  void catalogWithATimeoutThatOverflows_losesThatEntry_andNothingElse() {
    // Bug: Duration.ofSeconds threw on the transport's thread and took the stream along.
    Agent agent = open();
    List<Action> actions =
        Stream.of(Long.MAX_VALUE, Long.MIN_VALUE, 0L, 10L)
            .map(
                seconds ->
                    Action.newBuilder()
                        .setName("a" + (seconds == 10 ? "" : Long.toUnsignedString(seconds)))
                        .setKind(ActionKind.ACTION_KIND_BUILTIN)
                        .setDanger(dev.muster.proto.type.v1.Danger.DANGER_LOW)
                        .setEnabled(true)
                        .setRunTimeout(
                            Duration.newBuilder()
                                .setSeconds(seconds)
                                .setNanos(
                                    seconds < 0
                                        ? -2_000_000_000
                                        : seconds > 10 ? 2_000_000_000 : 0))
                        .build())
            .sorted(java.util.Comparator.comparing(Action::getName))
            .toList();

    agent.send(
        ConnectRequest.newBuilder()
            .setCatalogPage(
                CatalogPage.newBuilder()
                    .addAllActions(actions)
                    .setDigest(ByteString.copyFrom(CatalogDigest.of(actions))))
            .build());
    bus.settle();

    assertThat(agent.failure).isNull();
    var ack = agent.last(MessageCase.CATALOG_ACK).getCatalogAck();
    assertThat(ack.getRefusedList()).hasSize(3);
    assertThat(ack.getChangesList()).extracting(change -> change.getAction()).containsExactly("a");
  }

  @Test
  void catalogWhoseDigestLies_isRefused_andTheStreamGoesOn() {
    Agent agent = open();

    agent.send(
        ConnectRequest.newBuilder()
            .setCatalogPage(CatalogPage.newBuilder().setDigest(ByteString.copyFrom(new byte[32])))
            .build());
    bus.settle();

    assertThat(agent.last(MessageCase.REFUSAL).getRefusal().getReason())
        .isEqualTo(ErrorReason.ERROR_REASON_CATALOG_INVALID);
    assertThat(agent.failure).isNull();
  }

  @Test
  void agentThatGoes_leavesInPeace() {
    Agent agent = open();

    agent.out.onCompleted();
    bus.settle();

    assertThat(agent.completed).isTrue();
    assertThat(bus.registry.isOnline(node.id())).isFalse();
  }

  // ---- Reports without a stream ----

  @Test
  void report_withAnotherNodesKey_isRefused() {
    Invocation invocation = dispatched();

    Throwable failure =
        catchThrowable(() -> report(otherKey, invocation, step(INVOCATION_STATE_ACKNOWLEDGED)));

    assertRefused(
        failure, Status.Code.PERMISSION_DENIED, ErrorReason.ERROR_REASON_NSK_NODE_MISMATCH);
    assertThat(bus.find(invocation.id()).state()).isEqualTo(InvocationState.DISPATCHED);
  }

  @Test
  void report_repeatedAndRefused_areToldApart() {
    Invocation invocation = dispatched();
    assertThat(report(key, invocation, step(INVOCATION_STATE_ACKNOWLEDGED)).getState())
        .isEqualTo(INVOCATION_STATE_ACKNOWLEDGED);

    Throwable repeated =
        catchThrowable(() -> report(key, invocation, step(INVOCATION_STATE_ACKNOWLEDGED)));
    Throwable refused =
        catchThrowable(() -> report(key, invocation, step(INVOCATION_STATE_SUCCEEDED)));

    assertRefused(
        repeated,
        Status.Code.FAILED_PRECONDITION,
        ErrorReason.ERROR_REASON_INVALID_STATE_TRANSITION);
    assertThat(WireErrors.metadataOf(repeated))
        .containsEntry("outcome", "REPEATED")
        .containsEntry("state", "ACKNOWLEDGED");
    assertRefused(
        refused,
        Status.Code.FAILED_PRECONDITION,
        ErrorReason.ERROR_REASON_INVALID_STATE_TRANSITION);
    assertThat(WireErrors.metadataOf(refused))
        .containsAllEntriesOf(
            Map.of(
                "outcome", "REFUSED",
                "state", "ACKNOWLEDGED",
                "reported", "SUCCEEDED",
                "legal_from", "STARTED,LOST"));
  }

  @Test
  void report_ofPrepared_needsAStream() {
    Invocation invocation = dispatched();

    assertRefused(
        catchThrowable(
            () ->
                report(
                    key,
                    invocation,
                    step(dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_PREPARED))),
        Status.Code.INVALID_ARGUMENT,
        ErrorReason.ERROR_REASON_MALFORMED_CALLBACK);
  }

  @Test
  void report_ofAStaleEpoch_isRefused() {
    Invocation invocation = dispatched();

    Throwable failure =
        catchThrowable(
            () ->
                stub(key)
                    .reportInvocation(
                        ReportInvocationRequest.newBuilder()
                            .setInvocationId(invocation.id().toString())
                            .setEpoch(77)
                            .addSteps(step(INVOCATION_STATE_ACKNOWLEDGED))
                            .build()));

    assertRefused(failure, Status.Code.ABORTED, ErrorReason.ERROR_REASON_SESSION_SUPERSEDED);
  }

  @Test
  void inlineOutput_of16384Bytes_isTaken_andOneMoreIsNot_withTheStateUnchanged() {
    Invocation invocation = dispatched();
    report(key, invocation, step(INVOCATION_STATE_ACKNOWLEDGED), step(INVOCATION_STATE_STARTED));

    Throwable failure = catchThrowable(() -> report(key, invocation, succeeded(16_385)));
    assertRefused(
        failure, Status.Code.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_INLINE_OUTPUT_TOO_LARGE);
    assertThat(bus.find(invocation.id()).state()).isEqualTo(InvocationState.STARTED);

    assertThat(report(key, invocation, succeeded(16_384)).getState())
        .isEqualTo(INVOCATION_STATE_SUCCEEDED);
  }

  @Test
  void malformedReports_areRefused() {
    Invocation invocation = dispatched();

    assertMalformed(ReportInvocationRequest.newBuilder());
    assertMalformed(
        ReportInvocationRequest.newBuilder()
            .setInvocationId("")
            .addSteps(step(INVOCATION_STATE_ACKNOWLEDGED)));
    assertMalformed(
        ReportInvocationRequest.newBuilder().setInvocationId(invocation.id().toString()));
    assertMalformed(
        ReportInvocationRequest.newBuilder()
            .setInvocationId(invocation.id().toString())
            .setEpoch(-1)
            .addSteps(step(INVOCATION_STATE_ACKNOWLEDGED)));
    ReportInvocationRequest.Builder many =
        ReportInvocationRequest.newBuilder().setInvocationId(invocation.id().toString());
    for (int i = 0; i <= Limits.CALLBACK_STEPS; i++) {
      many.addSteps(step(INVOCATION_STATE_ACKNOWLEDGED));
    }
    assertMalformed(many);
    assertThat(bus.find(invocation.id()).state()).isEqualTo(InvocationState.DISPATCHED);
  }

  @Test
  void report_ofAnUnknownInvocation_isNotFound() {
    assertRefused(
        catchThrowable(
            () ->
                stub(key)
                    .reportInvocation(
                        ReportInvocationRequest.newBuilder()
                            .setInvocationId(UUID.randomUUID().toString())
                            .addSteps(step(INVOCATION_STATE_ACKNOWLEDGED))
                            .build())),
        Status.Code.NOT_FOUND,
        ErrorReason.ERROR_REASON_INVOCATION_NOT_FOUND);
  }

  // ---- Small words ----

  private void assertMalformed(ReportInvocationRequest.Builder request) {
    assertRefused(
        catchThrowable(() -> stub(key).reportInvocation(request.build())),
        Status.Code.INVALID_ARGUMENT,
        ErrorReason.ERROR_REASON_MALFORMED_CALLBACK);
  }

  private static void assertRefused(
      @Nullable Throwable failure, Status.Code code, ErrorReason reason) {
    Throwable told = requireNonNull(failure);
    assertThat(Status.fromThrowable(told).getCode()).isEqualTo(code);
    assertThat(WireErrors.reasonOf(told)).contains(reason);
    assertThat(WireErrors.metadataOf(told)).containsKey("correlation_id");
  }

  private Invocation dispatched() {
    var unused = open();
    return bus.only(bus.dispatch(HOUR, node));
  }

  private ReportInvocationResponse report(
      NodeSecretKey with, Invocation invocation, CallbackStep.Builder... steps) {
    ReportInvocationRequest.Builder request =
        ReportInvocationRequest.newBuilder().setInvocationId(invocation.id().toString());
    Stream.of(steps).forEach(request::addSteps);
    return stub(with).reportInvocation(request.build());
  }

  private static CallbackStep.Builder succeeded(int bytes) {
    return step(INVOCATION_STATE_SUCCEEDED)
        .setResult(
            Result.newBuilder()
                .setStdout(
                    Output.newBuilder()
                        .setData(ByteString.copyFrom(new byte[bytes]))
                        .setTotalBytes(bytes)));
  }

  private AgentServiceGrpc.AgentServiceBlockingStub stub(NodeSecretKey with) {
    return AgentServiceGrpc.newBlockingStub(port.with(with))
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  // ---- Output ----

  @Test
  void upload_isAnsweredOnceItIsStored_andAtOnceWhenRepeated() throws Exception {
    String id = dispatchedId();
    byte[] bytes = new byte[150_000];
    new Random(1).nextBytes(bytes);

    Uploading first = new Uploading(key, bytes);
    first.send(announced(id, bytes), 0, 65_536);
    first.send(UploadOutputRequest.newBuilder(), 65_536, 131_072);
    first.send(UploadOutputRequest.newBuilder(), 131_072, 150_000);
    first.out.onCompleted();
    long stored = first.answer.get(10, TimeUnit.SECONDS);
    Uploading again = new Uploading(key, bytes);
    again.send(announced(id, bytes), 0, 10);

    assertThat(stored).isEqualTo(150_000);
    assertThat(again.answer.get(10, TimeUnit.SECONDS)).isEqualTo(150_000);
  }

  @Test
  void uploadThatIsCutOrWrong_leavesNothing() throws Exception {
    String id = dispatchedId();
    byte[] bytes = new byte[1_000];

    Uploading cut = new Uploading(key, bytes);
    cut.send(announced(id, bytes), 0, 500);
    cut.out.onError(Status.CANCELLED.asRuntimeException());
    Uploading halfClosed = new Uploading(key, bytes);
    halfClosed.send(announced(id, bytes), 0, 500);
    halfClosed.out.onCompleted();
    Uploading foreign = new Uploading(otherKey, bytes);
    foreign.send(announced(id, bytes), 0, 500);
    Uploading large = new Uploading(key, bytes);
    large.send(announced(id, bytes).setSizeBytes(Limits.MAX_OUTPUT_BYTES + 1), 0, 500);
    Uploading empty = new Uploading(key, bytes);
    empty.out.onCompleted();

    assertThat(cut.answer).failsWithin(java.time.Duration.ofSeconds(10));
    assertThat(halfClosed.refusal()).isEqualTo(ErrorReason.ERROR_REASON_OUTPUT_DIGEST_MISMATCH);
    assertThat(foreign.refusal()).isEqualTo(ErrorReason.ERROR_REASON_NSK_NODE_MISMATCH);
    assertThat(large.refusal()).isEqualTo(ErrorReason.ERROR_REASON_LIMIT_OUT_OF_RANGE);
    assertThat(empty.refusal()).isEqualTo(ErrorReason.ERROR_REASON_FIELD_INVALID);
    Optional<StoredOutput> stored =
        bus.read(tx -> tx.outputs().find(new InvocationId(UUID.fromString(id)), RunStream.STDOUT));
    assertThat(stored).isEmpty();
  }

  @Test
  void reportOfAnUploadThatIsNotStored_isRefusedAndNotFinal() {
    Agent agent = open();
    ExecutionId execution = bus.dispatch(HOUR, node);
    String id = bus.only(execution).id().toString();
    Output stdout =
        Output.newBuilder()
            .setTotalBytes(100_000)
            .setSha256(ByteString.copyFrom(new byte[32]))
            .setUploaded(true)
            .build();

    agent.send(
        callback(
            1,
            id,
            step(INVOCATION_STATE_ACKNOWLEDGED),
            step(INVOCATION_STATE_STARTED),
            step(INVOCATION_STATE_SUCCEEDED).setResult(Result.newBuilder().setStdout(stdout))));
    bus.settle();

    var refusal = agent.last(MessageCase.CALLBACK_ACK).getCallbackAck().getRefusals(0);
    assertThat(refusal.getReason()).isEqualTo(ErrorReason.ERROR_REASON_OUTPUT_DIGEST_MISMATCH);
    assertThat(refusal.getFinal()).isFalse();
    assertThat(bus.only(execution).state()).isEqualTo(InvocationState.DISPATCHED);
  }

  private String dispatchedId() {
    Agent unused = open();
    return bus.only(bus.dispatch(HOUR, node)).id().toString();
  }

  private static UploadOutputRequest.Builder announced(String id, byte[] bytes) {
    return UploadOutputRequest.newBuilder()
        .setInvocationId(id)
        .setStream(OutputStream.OUTPUT_STREAM_STDOUT)
        .setSizeBytes(bytes.length)
        .setSha256(ByteString.copyFrom(Sha256.hash(bytes).bytes()));
  }

  /** An agent's end of an upload. */
  private final class Uploading implements StreamObserver<UploadOutputResponse> {
    final CompletableFuture<Long> answer = new CompletableFuture<>();
    final StreamObserver<UploadOutputRequest> out;
    final byte[] bytes;

    Uploading(NodeSecretKey by, byte[] bytes) {
      this.bytes = bytes;
      out = AgentServiceGrpc.newStub(port.with(by)).uploadOutput(this);
    }

    void send(UploadOutputRequest.Builder request, int from, int to) {
      out.onNext(request.setData(ByteString.copyFrom(bytes, from, to - from)).build());
    }

    @Nullable ErrorReason refusal() throws Exception {
      Throwable failure = answer.handle((size, thrown) -> thrown).get(10, TimeUnit.SECONDS);
      return WireErrors.reasonOf(requireNonNull(failure)).orElse(null);
    }

    @Override
    public void onNext(UploadOutputResponse response) {
      answer.complete(response.getSizeBytes());
    }

    @Override
    public void onError(Throwable failure) {
      answer.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {}
  }

  private Agent connect() {
    Agent agent = new Agent();
    agent.out = AgentServiceGrpc.newStub(port.with(key)).connect(agent);
    return agent;
  }

  private Agent open() {
    Agent agent = connect();
    agent.send(hello());
    bus.settle();
    agent.send(confirmed(agent.welcomeEpoch()));
    bus.settle();
    return agent;
  }

  private static ConnectRequest hello() {
    return ConnectRequest.newBuilder()
        .setHello(
            Hello.newBuilder()
                .setProtocolVersion(Limits.PROTOCOL_VERSION)
                .setJournalId(ByteString.copyFrom(new byte[16]))
                .setInstanceId(ByteString.copyFrom(new byte[16]))
                .setSlots(4)
                .setCatalogDigest(ByteString.copyFrom(new byte[32])))
        .build();
  }

  private static ConnectRequest confirmed(long epoch) {
    return ConnectRequest.newBuilder()
        .setEpochConfirmed(EpochConfirmed.newBuilder().setEpoch(epoch))
        .build();
  }

  private static ConnectRequest callback(long sequence, String id, CallbackStep.Builder... steps) {
    Callback.Builder callback = Callback.newBuilder().setSequence(sequence).setInvocationId(id);
    Stream.of(steps).forEach(callback::addSteps);
    return ConnectRequest.newBuilder().setCallback(callback).build();
  }

  private static CallbackStep.Builder step(dev.muster.proto.type.v1.InvocationState state) {
    return CallbackStep.newBuilder().setState(state);
  }

  /** An agent's end of a stream, which takes notes. */
  private static final class Agent implements StreamObserver<ConnectResponse> {
    final List<ConnectResponse> received = new CopyOnWriteArrayList<>();
    volatile @Nullable Throwable failure; // written by the transport
    volatile boolean completed; // written by the transport
    StreamObserver<ConnectRequest> out;

    void send(ConnectRequest message) {
      out.onNext(message);
    }

    long welcomeEpoch() {
      return last(MessageCase.WELCOME).getWelcome().getEpoch();
    }

    ConnectResponse last(MessageCase kind) {
      return received.stream()
          .filter(message -> message.getMessageCase() == kind)
          .reduce((first, second) -> second)
          .orElseThrow(() -> new AssertionError("no " + kind + " in " + received));
    }

    @Nullable ErrorReason endedWith(Status.Code code) {
      Throwable ended = requireNonNull(failure);
      assertThat(Status.fromThrowable(ended).getCode()).isEqualTo(code);
      return WireErrors.reasonOf(ended).orElse(null);
    }

    @Override
    public void onNext(ConnectResponse message) {
      received.add(message);
    }

    @Override
    public void onError(Throwable error) {
      failure = error;
    }

    @Override
    public void onCompleted() {
      completed = true;
    }
  }
}

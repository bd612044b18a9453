// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import static dev.muster.server.grpc.operator.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.BadRequest;
import com.google.rpc.QuotaFailure;
import dev.muster.proto.operator.v1.GetNodeRequest;
import dev.muster.proto.operator.v1.GetNodeResponse;
import dev.muster.proto.operator.v1.NodeServiceGrpc;
import dev.muster.proto.operator.v1.WatchNodesRequest;
import dev.muster.proto.operator.v1.WatchNodesResponse;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.node.TestBus;
import dev.muster.wire.WireErrors;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@SuppressWarnings("NullAway.Init") // Set before each test.
class ErrorMappingInterceptorTest {
  private Server server;
  private ManagedChannel channel;
  private NodeServiceGrpc.NodeServiceBlockingStub stub;
  private volatile RuntimeException failure = new IllegalStateException();
  private volatile boolean passed; // to onError, rather than thrown

  @BeforeEach
  void start() throws IOException {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .addService(
                ServerInterceptors.intercept(
                    LateParsing.of(new FailingService().bindService()),
                    new ErrorMappingInterceptor(TestBus.IDS)))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
    stub = NodeServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  /** Fails as the test says. */
  private final class FailingService extends NodeServiceGrpc.NodeServiceImplBase {
    @Override
    public void getNode(GetNodeRequest request, StreamObserver<GetNodeResponse> response) {
      if (!passed) {
        throw failure;
      }
      response.onError(failure);
    }

    @Override
    public void watchNodes(WatchNodesRequest request, StreamObserver<WatchNodesResponse> response) {
      response.onNext(WatchNodesResponse.getDefaultInstance());
      throw failure;
    }
  }

  @Test
  void refusal_keepsAllThatItTells_thrownOrPassed() {
    failure =
        BusException.of(ErrorReason.CAPACITY_EXCEEDED)
            .message("Domain a has 7 live executions.")
            .with("domain", "a")
            .violation("f", "is off")
            .holder("alice", 5)
            .retryAfter(Duration.ofMillis(1_500))
            .build();

    for (boolean toOnError : new boolean[] {false, true}) {
      passed = toOnError;
      StatusRuntimeException told = assertRefused("CAPACITY_EXCEEDED", this::call);
      assertThat(told.getStatus().getDescription()).isEqualTo("Domain a has 7 live executions.");
      assertThat(WireErrors.metadataOf(told)).containsEntry("domain", "a");
      assertThat(WireErrors.retryAfter(told)).contains(Duration.ofMillis(1_500));
      assertThat(WireErrors.detail(told, BadRequest.class).orElseThrow().getFieldViolations(0))
          .satisfies(
              violation -> {
                assertThat(violation.getField()).isEqualTo("f");
                assertThat(violation.getDescription()).isEqualTo("is off");
              });
      assertThat(
              WireErrors.detail(told, QuotaFailure.class)
                  .orElseThrow()
                  .getViolations(0)
                  .getSubject())
          .isEqualTo("alice");
    }
  }

  @Test
  void everyReason_hasItsCode() {
    for (ErrorReason reason : ErrorReason.values()) {
      failure = BusException.of(reason).message("So it is.").build();

      var unused = assertRefused(reason.name(), this::call);
    }
  }

  @Test
  void wrappedRefusal_isFound() {
    failure =
        new CompletionException(
            BusException.of(ErrorReason.NODE_OFFLINE).message("It is away.").build());

    assertRefused("NODE_OFFLINE", this::call);
  }

  @Test
  void storeFailure_isUnavailable_andSaysNothingOfTheStore() {
    failure =
        new StoreException("disk I/O error in muster.db", new IllegalStateException("SQL"), false);

    StatusRuntimeException told = assertRefused("STORE_UNAVAILABLE", this::call);

    assertThat(told.getMessage()).doesNotContain("muster.db").doesNotContain("SQL");
    assertThat(WireErrors.retryAfter(told)).isPresent();
  }

  @Test
  void unforeseenFailure_isAnIncident_withoutItsInnards() {
    failure = new IllegalStateException("SELECT secret FROM dev.muster.Thing");

    for (boolean toOnError : new boolean[] {false, true}) {
      passed = toOnError;
      StatusRuntimeException told = assertRefused("INCIDENT", this::call);
      assertThat(WireErrors.metadataOf(told).get("incident_id")).matches("[0-9a-f-]{36}");
      assertThat(String.valueOf(told.getTrailers()))
          .doesNotContain("SELECT")
          .doesNotContain("IllegalState");
      assertThat(told.getMessage()).doesNotContain("SELECT").doesNotContain("IllegalState");
    }
  }

  @Test
  void failureAfterTheFirstAnswer_isMappedToo() {
    failure = BusException.of(ErrorReason.SERVER_DRAINING).message("Going down.").build();
    var answers = stub.watchNodes(WatchNodesRequest.getDefaultInstance());

    assertThat(answers.next()).isNotNull();
    assertRefused("SERVER_DRAINING", answers::hasNext);
  }

  @Test
  void methodThatNobodyWrote_isNotProvisioned() {
    StatusRuntimeException told =
        assertRefused(
            "SURFACE_NOT_PROVISIONED",
            () ->
                ClientCalls.blockingUnaryCall(
                    channel,
                    NodeServiceGrpc.getDeleteNodeMethod(),
                    CallOptions.DEFAULT,
                    dev.muster.proto.operator.v1.DeleteNodeRequest.getDefaultInstance()));

    assertThat(WireErrors.metadataOf(told)).containsEntry("surface", "DeleteNode");
  }

  @Test
  void garbageBytes_areABadRequest_notAFailureOfTheServer() {
    MethodDescriptor<byte[], byte[]> raw =
        MethodDescriptor.newBuilder(new Raw(), new Raw())
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(NodeServiceGrpc.getGetNodeMethod().getFullMethodName())
            .build();

    for (String garbage : new String[] {"\u00ff\u00ff\u00ff", "\n\u007fshort", "\n\u0002\u00c3("}) {
      assertRefused(
          "FIELD_INVALID",
          () ->
              ClientCalls.blockingUnaryCall(
                  channel,
                  raw,
                  CallOptions.DEFAULT,
                  garbage.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  @Test
  void unaryCallWithoutARequest_isABadRequest() throws Exception {
    CompletableFuture<StatusRuntimeException> told = new CompletableFuture<>();
    ClientCall<GetNodeRequest, GetNodeResponse> call =
        channel.newCall(NodeServiceGrpc.getGetNodeMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            told.complete(status.asRuntimeException(trailers));
          }
        },
        new Metadata());
    call.request(1);
    call.halfClose();
    StatusRuntimeException failed = told.get(10, TimeUnit.SECONDS);

    assertRefused(
        "FIELD_INVALID",
        () -> {
          throw failed;
        });
  }

  @Test
  void cancelledCall_isNoIncident() {
    failure = Status.CANCELLED.withDescription("call already cancelled").asRuntimeException();

    assertThatThrownBy(this::call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            told -> assertThat(told.getStatus().getCode()).isEqualTo(Status.Code.CANCELLED));
  }

  private void call() {
    var unused = stub.getNode(GetNodeRequest.getDefaultInstance());
  }

  /** Bytes as they are. */
  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.EnrollRequest;
import dev.muster.proto.agent.v1.EnrollResponse;
import dev.muster.proto.agent.v1.ReportInvocationRequest;
import dev.muster.proto.agent.v1.ReportInvocationResponse;
import dev.muster.proto.agent.v1.UploadOutputRequest;
import dev.muster.proto.agent.v1.UploadOutputResponse;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.grpc.GrpcEnrollment;
import dev.muster.server.grpc.NodeContext;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.node.Node;
import dev.muster.server.output.OutputUploads;
import dev.muster.server.report.ReportOutcome;
import dev.muster.server.report.ReportService;
import dev.muster.server.session.NodeSession;
import dev.muster.server.session.SessionServices;
import dev.muster.wire.Limits;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The agents' service: opens sessions, and takes reports without one. No rules; nothing blocks.
 * Thread-safe.
 */
public final class GrpcAgentService extends AgentServiceGrpc.AgentServiceImplBase {
  private static final Duration RATE_RETRY = Duration.ofSeconds(2);
  private static final Duration HELLO_WITHIN = Duration.ofSeconds(20);
  private static final Duration UPLOAD_WITHIN = Duration.ofMinutes(5);
  private static final Duration DRAIN_RETRY = Duration.ofSeconds(5);

  private final SessionServices sessions;
  private final ReportService reports;
  private final GrpcEnrollment enrollment;
  private final OutputUploads uploads;
  private final Executor disk;
  private final BooleanSupplier draining;
  private final SessionRate rate;
  private final OrderBytes orders = new OrderBytes();

  /**
   * Makes the service.
   *
   * @param disk where uploads are written
   * @param draining whether the server is going down
   * @param sessionsPerSecond how many sessions may begin
   * @param nanos elapsed time
   */
  public GrpcAgentService(
      SessionServices sessions,
      ReportService reports,
      GrpcEnrollment enrollment,
      OutputUploads uploads,
      Executor disk,
      BooleanSupplier draining,
      int sessionsPerSecond,
      LongSupplier nanos) {
    this.sessions = sessions;
    this.reports = reports;
    this.enrollment = enrollment;
    this.uploads = uploads;
    this.disk = disk;
    this.draining = draining;
    this.rate = new SessionRate(sessionsPerSecond, nanos);
  }

  @Override
  public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> response) {
    requireRoom();
    Node node = NodeContext.current();
    ServerCallStreamObserver<ConnectResponse> out =
        (ServerCallStreamObserver<ConnectResponse>) response;
    out.disableAutoRequest();
    NodeSession session =
        new NodeSession(
            node,
            NodeContext.remoteAddress(),
            new OutboundStream(out, node, orders, sessions.replica()),
            sessions);
    out.setOnReadyHandler(session::writable);
    out.setOnCancelHandler(session::streamEnded);
    // Also where this side ended the stream without the session: a failure in a handler, a reader
    // that reads nothing.
    out.setOnCloseHandler(session::streamEnded);
    var unusedTimer =
        sessions
            .timer()
            .schedule(session::requireHello, HELLO_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    out.request(Limits.UNACKNOWLEDGED_CALLBACKS);
    return new InboundStream(node, session);
  }

  private void requireRoom() {
    if (draining.getAsBoolean()) {
      throw BusException.of(ErrorReason.SERVER_DRAINING)
          .message("The server is going down; connect again later.")
          .retryAfter(DRAIN_RETRY)
          .build();
    }
    if (!rate.tryAcquire()) {
      throw BusException.of(ErrorReason.RATE_LIMITED)
          .message("More nodes connect than the server takes at once; connect again later.")
          .retryAfter(RATE_RETRY)
          .build();
    }
  }

  @Override
  public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> response) {
    enrollment.enroll(request, response);
  }

  @Override
  public StreamObserver<UploadOutputRequest> uploadOutput(
      StreamObserver<UploadOutputResponse> response) {
    UploadStream upload =
        new UploadStream(
            NodeContext.current().id(),
            uploads,
            disk,
            (ServerCallStreamObserver<UploadOutputResponse>) response);
    upload.begin();
    var unusedTimer =
        sessions
            .timer()
            .schedule(upload::timedOut, UPLOAD_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    return upload;
  }

  @Override
  public void reportInvocation(
      ReportInvocationRequest request, StreamObserver<ReportInvocationResponse> response) {
    InvocationId id = Malformed.invocationId(request.getInvocationId());
    if (request.getEpoch() < 0) {
      throw Malformed.callback("epoch", "is negative");
    }
    var unused =
        reports
            .unary(
                NodeContext.current().id(),
                id,
                StepMapper.steps(request.getStepsList()),
                request.getEpoch())
            .whenComplete((outcome, failure) -> answer(id, outcome, failure, response));
  }

  private static void answer(
      InvocationId id,
      ReportOutcome outcome,
      Throwable failure,
      StreamObserver<ReportInvocationResponse> response) {
    if (failure != null) {
      response.onError(failure);
    } else if (outcome instanceof ReportOutcome.Applied applied) {
      response.onNext(
          ReportInvocationResponse.newBuilder()
              .setState(Wire.state(applied.invocation().state()))
              .build());
      response.onCompleted();
    } else if (outcome instanceof ReportOutcome.Repeated repeated) {
      response.onError(ReportOutcome.repetition(id, repeated));
    } else {
      response.onError(ReportOutcome.refusal(id, (ReportOutcome.Refused) outcome));
    }
  }
}

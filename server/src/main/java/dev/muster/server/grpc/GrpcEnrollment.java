// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.proto.agent.v1.EnrollRequest;
import dev.muster.proto.agent.v1.EnrollResponse;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.node.Enrollment;
import dev.muster.server.node.EnrollmentWish;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.JoinToken;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers Enroll. Comes without a credential and reads the store, so it runs on few threads of its
 * own behind a bounded queue: a flood of it slows down nobody else, and is answered with
 * RATE_LIMITED. Owns its threads; thread-safe.
 */
public final class GrpcEnrollment implements AutoCloseable {
  private static final String FORM = "mjt_…";
  private static final int THREADS = 4;
  private static final int MAX_QUEUED = 1_000;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final Enrollment enrollment;
  private final String caCertificatePem;
  private final ThreadPoolExecutor pool;

  /**
   * Makes the handler; the certificate is that of the authority that agents are to trust, empty for
   * a plaintext server.
   */
  public GrpcEnrollment(Enrollment enrollment, String caCertificatePem) {
    this.enrollment = enrollment;
    this.caCertificatePem = caCertificatePem;
    AtomicInteger number = new AtomicInteger();
    this.pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_QUEUED),
            task -> {
              Thread thread = new Thread(task, "muster-enroll-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
  }

  /** Answers a request; returns at once. */
  public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> response) {
    EnrollmentWish wish = wish(request);
    try {
      pool.execute(() -> answer(wish, response));
    } catch (RejectedExecutionException e) {
      throw BusException.of(ErrorReason.RATE_LIMITED)
          .message("More machines enroll than the server takes at once; try again.")
          .retryAfter(RETRY_AFTER)
          .cause(e)
          .build();
    }
  }

  private void answer(EnrollmentWish wish, StreamObserver<EnrollResponse> response) {
    try {
      Enrollment.Enrolled enrolled = enrollment.enroll(wish);
      response.onNext(
          EnrollResponse.newBuilder()
              .setNodeId(enrolled.node().id().toString())
              .setNodeName(enrolled.node().name().value())
              .setNodeSecretKey(enrolled.key().format())
              .setProjectId(enrolled.node().projectId())
              .setCaCertificatePem(caCertificatePem)
              .putAllLabels(enrolled.node().labels().asMap())
              .build());
      response.onCompleted();
    } catch (RuntimeException e) {
      response.onError(e);
    }
  }

  private static EnrollmentWish wish(EnrollRequest request) {
    return new EnrollmentWish(
        token(request.getJoinToken()),
        request.getRequestId(),
        request.getNodeName(),
        request.getLabelsMap(),
        request.getMachineId(),
        request.getMachineFingerprint(),
        request.getAgentVersion(),
        request.getFactsMap());
  }

  private static JoinToken token(String text) {
    if (text.isEmpty()) {
      throw CallMetadata.malformed("The request has no join token.", FORM);
    }
    try {
      return JoinToken.parse(text);
    } catch (CredentialFormatException e) {
      throw CallMetadata.malformed(e.getMessage(), FORM);
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}

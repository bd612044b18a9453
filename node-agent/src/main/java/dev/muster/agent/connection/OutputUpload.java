// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.muster.agent.execution.UploadLine.End;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.output.KeptOutput;
import dev.muster.proto.agent.v1.AgentServiceGrpc.AgentServiceStub;
import dev.muster.proto.agent.v1.OutputStream;
import dev.muster.proto.agent.v1.UploadOutputRequest;
import dev.muster.proto.agent.v1.UploadOutputResponse;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.Limits;
import dev.muster.wire.WireErrors;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One UploadOutput call: reads the file as fast as the transport takes it and no faster, on a
 * thread that may wait for the disk. Tells its end once. Thread-safe.
 */
final class OutputUpload
    implements ClientResponseObserver<UploadOutputRequest, UploadOutputResponse> {
  private static final Logger log = LoggerFactory.getLogger(OutputUpload.class);
  private static final Duration DEADLINE = Duration.ofSeconds(45);

  private final InvocationId id;
  private final boolean stderr;
  private final KeptOutput output;
  private final Executor disk;
  private final Consumer<End> onEnd;
  private final Object lock = new Object();

  @GuardedBy("lock") private @Nullable ClientCallStreamObserver<UploadOutputRequest> call;

  @GuardedBy("lock") private long sent;

  @GuardedBy("lock") private boolean headerSent;

  @GuardedBy("lock") private boolean closed;

  @GuardedBy("lock") private boolean over;

  /**
   * Makes an upload that has not begun.
   *
   * @param onEnd called once, on any thread
   */
  OutputUpload(
      InvocationId id, boolean stderr, KeptOutput output, Executor disk, Consumer<End> onEnd) {
    this.id = id;
    this.stderr = stderr;
    this.output = output;
    this.disk = disk;
    this.onEnd = onEnd;
  }

  /** Begins. */
  void start(AgentServiceStub stub) {
    var unused =
        stub.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS).uploadOutput(this);
  }

  /** Breaks it off. */
  void cancel() {
    synchronized (lock) {
      if (call != null && !over) {
        call.cancel("not needed any more", null);
      }
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<UploadOutputRequest> started) {
    synchronized (lock) {
      call = started;
    }
    started.setOnReadyHandler(
        () -> {
          try {
            disk.execute(() -> pump(started));
          } catch (RejectedExecutionException e) {
            started.cancel("the agent stops", e);
          }
        });
  }

  private void pump(ClientCallStreamObserver<UploadOutputRequest> open) {
    synchronized (lock) {
      try {
        while (!over && sent < output.size() && open.isReady()) {
          open.onNext(next());
        }
      } catch (IOException e) {
        log.atWarn().addKeyValue("invocation", id).log("Output cannot be read: {}", e.getMessage());
        end(End.REFUSED);
        open.cancel("the output cannot be read", e);
        return;
      }
      if (!over && !closed && sent == output.size()) {
        closed = true;
        open.onCompleted();
      }
    }
  }

  @GuardedBy("lock") private UploadOutputRequest next() throws IOException {
    UploadOutputRequest.Builder request = UploadOutputRequest.newBuilder();
    if (!headerSent) {
      request
          .setInvocationId(id.toString())
          .setStream(stderr ? OutputStream.OUTPUT_STREAM_STDERR : OutputStream.OUTPUT_STREAM_STDOUT)
          .setSizeBytes(output.size())
          .setSha256(output.sha256());
      headerSent = true;
    }
    byte[] piece = output.read(sent, Limits.UPLOAD_CHUNK_BYTES);
    sent += piece.length;
    ByteString data = UnsafeByteOperations.unsafeWrap(piece); // Nobody else has it.
    return request.setData(data).build();
  }

  @Override
  public void onNext(UploadOutputResponse stored) {
    synchronized (lock) {
      if (stored.getSizeBytes() == output.size()) {
        end(End.STORED);
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    synchronized (lock) {
      if (!over) {
        End end = endOf(failure);
        log.atInfo()
            .addKeyValue("invocation", id)
            .log("An upload ended {}: {}", end, Status.fromThrowable(failure));
        end(end);
      }
    }
  }

  @Override
  public void onCompleted() {
    synchronized (lock) {
      end(End.BROKEN); // Unless it was told before.
    }
  }

  @GuardedBy("lock") private void end(End end) {
    if (!over) {
      over = true;
      onEnd.accept(end);
    }
  }

  /** What the server will not take at another time either need not be sent again. */
  static End endOf(Throwable failure) {
    Optional<ErrorReason> reason = WireErrors.reasonOf(failure);
    if (reason.filter(ErrorReason.ERROR_REASON_RATE_LIMITED::equals).isPresent()) {
      return End.BUSY;
    }
    if (reason.filter(ErrorReason.ERROR_REASON_OUTPUT_DIGEST_MISMATCH::equals).isPresent()) {
      return End.BROKEN;
    }
    return switch (Status.fromThrowable(failure).getCode()) {
      case UNIMPLEMENTED,
          PERMISSION_DENIED,
          NOT_FOUND,
          FAILED_PRECONDITION,
          INVALID_ARGUMENT,
          RESOURCE_EXHAUSTED ->
          End.REFUSED;
      case OK,
          CANCELLED,
          UNKNOWN,
          DEADLINE_EXCEEDED,
          ALREADY_EXISTS,
          ABORTED,
          OUT_OF_RANGE,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS,
          UNAUTHENTICATED ->
          End.BROKEN;
    };
  }
}

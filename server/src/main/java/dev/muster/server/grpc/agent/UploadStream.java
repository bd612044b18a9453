// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import dev.muster.proto.agent.v1.UploadOutputRequest;
import dev.muster.proto.agent.v1.UploadOutputResponse;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.error.Faults;
import dev.muster.server.node.NodeId;
import dev.muster.server.output.AnnouncedOutput;
import dev.muster.server.output.OutputUploads;
import dev.muster.server.output.RunStream;
import dev.muster.server.output.StoredOutput;
import dev.muster.server.output.Upload;
import dev.muster.wire.Limits;
import dev.muster.wire.Sha256;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One UploadOutput call. Decodes on the transport's thread; each message is dealt with on a thread
 * that may wait for the disk, one after the other, and only then is the next asked for: so a call
 * holds few messages, however fast they come.
 */
final class UploadStream implements StreamObserver<UploadOutputRequest> {
  /** Messages that may be under way: one is written while the next comes in. */
  private static final int AHEAD = 2;

  private final NodeId node;
  private final OutputUploads uploads;
  private final Executor disk;
  private final ServerCallStreamObserver<UploadOutputResponse> response;

  /** What is done of the call, in order; replaced by the transport's thread only. */
  private CompletableFuture<Void> done = CompletableFuture.completedFuture(null);

  // On the disk's threads, one step after the other.
  private @Nullable Upload upload;
  private boolean begun;
  private boolean answered;

  UploadStream(
      NodeId node,
      OutputUploads uploads,
      Executor disk,
      ServerCallStreamObserver<UploadOutputResponse> response) {
    this.node = node;
    this.uploads = uploads;
    this.disk = disk;
    this.response = response;
  }

  /** Asks for the first messages. */
  void begin() {
    response.disableAutoRequest();
    response.setOnCancelHandler(this::brokenOff);
    response.request(AHEAD);
  }

  @Override
  public void onNext(UploadOutputRequest message) {
    next(() -> take(message));
  }

  @Override
  public void onCompleted() {
    next(this::finish);
  }

  @Override
  public void onError(Throwable failure) {
    brokenOff();
  }

  /** Whatever has come of it counts for nothing. */
  private void brokenOff() {
    next(
        () -> {
          answered = true;
          close();
        });
  }

  /** Ends the upload where the call has gone on for too long. */
  void timedOut() {
    next(
        () -> {
          if (!answered) {
            refuse(
                BusException.of(ErrorReason.RATE_LIMITED)
                    .message("The upload took too long; begin again.")
                    .build());
          }
        });
  }

  private synchronized void next(Runnable step) {
    done = done.thenRunAsync(step, disk).exceptionally(this::failed);
  }

  private void take(UploadOutputRequest message) {
    if (answered) {
      return;
    }
    if (message.getData().size() > Limits.UPLOAD_CHUNK_BYTES) {
      throw Faults.limit(
          "data",
          "has " + message.getData().size() + " bytes; at most " + Limits.UPLOAD_CHUNK_BYTES + ".");
    }
    if (!begun) {
      begun = true;
      AnnouncedOutput announced = announced(message);
      upload = uploads.begin(node, announced).orElse(null);
      if (upload == null) {
        answer(announced.size());
        return;
      }
    }
    if (upload != null && !message.getData().isEmpty()) {
      upload.append(message.getData().toByteArray());
    }
    response.request(1);
  }

  private static AnnouncedOutput announced(UploadOutputRequest message) {
    RunStream stream =
        switch (message.getStream()) {
          case OUTPUT_STREAM_STDOUT -> RunStream.STDOUT;
          case OUTPUT_STREAM_STDERR -> RunStream.STDERR;
          case OUTPUT_STREAM_UNSPECIFIED, UNRECOGNIZED ->
              throw Faults.field("stream", message.getStreamValue() + " is no stream of a run.");
        };
    if (message.getSha256().size() != Sha256.BYTES) {
      throw Faults.field("sha256", "has " + message.getSha256().size() + " bytes, not 32.");
    }
    return new AnnouncedOutput(
        Malformed.invocationId(message.getInvocationId()),
        stream,
        message.getSizeBytes(),
        Sha256.of(message.getSha256().toByteArray()));
  }

  private void finish() {
    if (answered) {
      return;
    }
    if (upload == null) {
      throw Faults.field("invocation_id", "is required: nothing was announced.");
    }
    CompletableFuture<StoredOutput> recorded = upload.finish();
    answered = true; // By the commit.
    var unused = recorded.whenComplete(this::recorded);
    close();
  }

  private void recorded(@Nullable StoredOutput output, @Nullable Throwable failure) {
    if (output != null) {
      send(output.size());
    } else if (failure != null) {
      response.onError(unwrapped(failure));
    }
  }

  private void answer(long size) {
    answered = true;
    send(size);
  }

  private void send(long size) {
    if (!response.isCancelled()) {
      response.onNext(UploadOutputResponse.newBuilder().setSizeBytes(size).build());
      response.onCompleted();
    }
  }

  private @Nullable Void failed(Throwable failure) {
    refuse(unwrapped(failure));
    return null;
  }

  private void refuse(Throwable failure) {
    close();
    if (!answered) {
      answered = true;
      response.onError(failure);
    }
  }

  private void close() {
    if (upload != null) {
      upload.close();
      upload = null;
    }
  }

  private static Throwable unwrapped(Throwable failure) {
    @Nullable Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}

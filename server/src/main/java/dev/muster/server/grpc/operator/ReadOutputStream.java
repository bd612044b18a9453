// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.muster.proto.operator.v1.OutputGap;
import dev.muster.proto.operator.v1.ReadOutputResponse;
import dev.muster.server.error.BusException;
import dev.muster.server.tail.OutputListener;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Optional;

/** One ReadOutput call: what the reading brings, as messages. Called by one thread at a time. */
final class ReadOutputStream implements OutputListener {
  private final ServerCallStreamObserver<ReadOutputResponse> out;
  private final Utf8Pieces text = new Utf8Pieces();

  ReadOutputStream(ServerCallStreamObserver<ReadOutputResponse> out) {
    this.out = out;
  }

  @Override
  public boolean isReady() {
    return out.isReady();
  }

  @Override
  public void onBytes(long offset, byte[] bytes, long skipped, Gap gap) {
    if (skipped > 0) {
      text.restart();
    }
    ByteString data = UnsafeByteOperations.unsafeWrap(bytes); // Nobody writes to it any more.
    out.onNext(
        ReadOutputResponse.newBuilder()
            .setOffset(offset)
            .setData(data)
            .setDataText(text.decode(bytes))
            .setSkippedBytes(skipped)
            .setGap(gap(gap))
            .build());
  }

  private static OutputGap gap(Gap gap) {
    return switch (gap) {
      case NONE -> OutputGap.OUTPUT_GAP_UNSPECIFIED;
      case TRUNCATED -> OutputGap.OUTPUT_GAP_TRUNCATED;
      case NOT_SHOWN -> OutputGap.OUTPUT_GAP_NOT_SHOWN;
    };
  }

  @Override
  public void onEnd(Optional<BusException> refusal) {
    if (refusal.isPresent()) {
      out.onError(refusal.get());
    } else {
      out.onCompleted();
    }
  }
}

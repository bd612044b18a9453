// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import dev.muster.proto.agent.v1.AgentServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** An agent that writes bytes. */
final class RawAgent implements StreamObserver<byte[]> {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
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
      };

  private final ClientCall<byte[], byte[]> call;
  private final StreamObserver<byte[]> out;
  private volatile @Nullable Throwable failure; // written by the transport
  private volatile boolean ended; // written by the transport, and by cancel()

  RawAgent(Channel channel) {
    call =
        channel.newCall(
            AgentServiceGrpc.getConnectMethod().toBuilder(BYTES, BYTES).build(),
            CallOptions.DEFAULT);
    out = ClientCalls.asyncBidiStreamingCall(call, this);
  }

  void send(byte[] message) {
    out.onNext(message);
  }

  /** Breaks off. Nothing may be sent any more, though the transport says so only later. */
  void cancel() {
    call.cancel("gone", null);
    ended = true;
  }

  boolean isEnded() {
    return ended;
  }

  /** Returns what ended the stream; null: it goes on, or was completed. */
  @Nullable Throwable failureOrNull() {
    return failure;
  }

  Throwable failure() {
    Throwable told = failure;
    if (told == null) {
      throw new AssertionError("the stream goes on");
    }
    return told;
  }

  @Override
  public void onNext(byte[] message) {}

  @Override
  public void onError(Throwable error) {
    failure = error;
    ended = true;
  }

  @Override
  public void onCompleted() {
    ended = true;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.fake;

import com.google.protobuf.Message;
import dev.muster.cli.fake.FakeServer.Received;
import dev.muster.cli.fake.Mishaps.Mishap;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;

/** Writes down what comes in, and lets mishaps happen to unary calls. */
final class RecordingInterceptor implements ServerInterceptor {
  private final List<Received> received;
  private final Mishaps mishaps;

  RecordingInterceptor(List<Received> received, Mishaps mishaps) {
    this.received = received;
    this.mishaps = mishaps;
  }

  @Override
  public <Q, S> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
    Optional<Mishap> mishap =
        call.getMethodDescriptor().getType() == MethodType.UNARY
            ? mishaps.next()
            : Optional.empty();
    return new Recording<>(
        call, headers, next.startCall(new Unlucky<>(call, mishap), headers), mishap);
  }

  private final class Recording<Q, S> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, S> call;
    private final Metadata headers;
    private final Optional<Mishap> mishap;

    Recording(
        ServerCall<Q, S> call,
        Metadata headers,
        ServerCall.Listener<Q> next,
        Optional<Mishap> mishap) {
      super(next);
      this.call = call;
      this.headers = headers;
      this.mishap = mishap;
    }

    @Override
    public void onMessage(Q message) {
      received.add(
          new Received(call.getMethodDescriptor().getFullMethodName(), headers, (Message) message));
      if (mishap.filter(m -> !m.afterwards()).isEmpty()) {
        super.onMessage(message);
      }
    }

    @Override
    public void onHalfClose() {
      if (mishap.filter(m -> !m.afterwards()).isPresent()) {
        call.close(mishap.get().status(), mishap.get().trailers());
      } else {
        super.onHalfClose();
      }
    }
  }

  /** Loses the answer. */
  private static final class Unlucky<Q, S> extends SimpleForwardingServerCall<Q, S> {
    private final Optional<Mishap> mishap;

    Unlucky(ServerCall<Q, S> call, Optional<Mishap> mishap) {
      super(call);
      this.mishap = mishap;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      if (mishap.isEmpty()) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public void sendMessage(S message) {
      if (mishap.isEmpty()) {
        super.sendMessage(message);
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      super.close(
          mishap.map(Mishap::status).orElse(status), mishap.map(Mishap::trailers).orElse(trailers));
    }
  }
}

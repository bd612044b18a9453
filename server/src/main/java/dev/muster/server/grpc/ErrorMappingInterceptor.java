// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Outermost: gives each call a correlation id, and makes every failure an error of the catalogue,
 * whether it was thrown by an inner interceptor or a handler, or passed to {@code onError}.
 * Thread-safe.
 */
public final class ErrorMappingInterceptor implements ServerInterceptor {
  private static final Context.Key<String> CORRELATION_ID = Context.key("muster-correlation-id");
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final ErrorMapper mapper;
  private final Supplier<UUID> ids;

  /** Makes an interceptor that names calls and incidents by these ids. */
  public ErrorMappingInterceptor(Supplier<UUID> ids) {
    this.mapper = new ErrorMapper(ids);
    this.ids = ids;
  }

  /** Returns the correlation id of the call that is being started on this thread. */
  static String correlationId() {
    String id = CORRELATION_ID.get();
    if (id == null) {
      throw new IllegalStateException("not behind an ErrorMappingInterceptor");
    }
    return id;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String correlationId = CallMetadata.correlationId(headers, ids);
    MappedCall<Q, R> mapped = new MappedCall<>(call, correlationId);
    Context context = Context.current().withValue(CORRELATION_ID, correlationId);
    Context previous = context.attach();
    try {
      return new GuardedListener<>(next.startCall(mapped, headers), mapped::fail);
    } catch (RuntimeException e) {
      mapped.fail(e);
      return new ServerCall.Listener<>() {};
    } finally {
      context.detach(previous);
    }
  }

  private final class MappedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final String correlationId;
    private boolean closed; // by whoever closes first: a handler, or a failure

    MappedCall(ServerCall<Q, R> call, String correlationId) {
      super(call);
      this.correlationId = correlationId;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (status.isOk() || trailers.containsKey(DETAILS)) {
        closeOnce(status, trailers);
        return;
      }
      Throwable cause = status.getCause();
      fail(
          cause != null && status.getCode() == Status.Code.UNKNOWN
              ? cause
              : status.asRuntimeException(trailers));
    }

    void fail(Throwable failure) {
      StatusRuntimeException told = mapper.map(failure, getMethodDescriptor(), correlationId);
      Metadata trailers = told.getTrailers();
      closeOnce(told.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    private void closeOnce(Status status, Metadata trailers) {
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
      }
      super.close(status, trailers);
    }
  }
}

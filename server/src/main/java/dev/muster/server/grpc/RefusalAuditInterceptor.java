// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.server.access.Authorizer;
import dev.muster.server.audit.RefusalAudit;
import dev.muster.server.error.BusException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * Has the refusals of authenticated operators audited, before they are told. Blocks on the ledger.
 * Thread-safe.
 */
final class RefusalAuditInterceptor implements ServerInterceptor {
  private final RefusalAudit audit;

  RefusalAuditInterceptor(RefusalAudit audit) {
    this.audit = audit;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (OpenServices.contain(call.getMethodDescriptor())) {
      return next.startCall(call, headers);
    }
    AuditedCall<Q, R> audited = new AuditedCall<>(call, CallContext.current());
    try {
      return new GuardedListener<>(
          next.startCall(audited, headers),
          failure -> {
            audited.refused(failure);
            throw failure;
          });
    } catch (RuntimeException e) {
      audited.refused(e);
      throw e;
    }
  }

  private final class AuditedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final CallContext caller;

    AuditedCall(ServerCall<Q, R> call, CallContext caller) {
      super(call);
      this.caller = caller;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (status.getCause() != null) {
        refused(status.getCause());
      }
      super.close(status, trailers);
    }

    void refused(Throwable failure) {
      if (failure instanceof BusException refusal) {
        OperatorMethod method = OperatorMethod.of(getMethodDescriptor());
        audit.record(
            caller.requestedBy(),
            Authorizer.DEFAULT_PROJECT,
            method.verb(),
            method.mutates(),
            refusal);
      }
    }
  }
}

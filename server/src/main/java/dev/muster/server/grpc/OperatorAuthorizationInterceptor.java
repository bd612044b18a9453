// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.server.access.Authorizer;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Lets only those operators pass whose role allows the method, before anything of the request is
 * read. Thread-safe.
 */
final class OperatorAuthorizationInterceptor implements ServerInterceptor {
  private final Authorizer authorizer;

  OperatorAuthorizationInterceptor(Authorizer authorizer) {
    this.authorizer = authorizer;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (!OpenServices.contain(call.getMethodDescriptor())) {
      OperatorMethod method = OperatorMethod.of(call.getMethodDescriptor());
      authorizer.require(CallContext.current().operator(), method.role(), method.name());
    }
    return next.startCall(call, headers);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.server.access.OperatorAuthenticator;
import dev.muster.server.access.OperatorStore.TokenOwner;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.OperatorToken;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Lets only operators pass, by their token, and tells handlers who calls ({@link CallContext}).
 * Health and reflection are open. May block on the store. Thread-safe.
 */
public final class OperatorAuthenticationInterceptor implements ServerInterceptor {
  private static final String FORM = "mot_…";

  private final OperatorAuthenticator authenticator;

  /** Makes an interceptor. */
  public OperatorAuthenticationInterceptor(OperatorAuthenticator authenticator) {
    this.authenticator = authenticator;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (OpenServices.contain(call.getMethodDescriptor())) {
      return next.startCall(call, headers);
    }
    TokenOwner owner = authenticator.authenticate(parse(CallMetadata.bearer(headers, FORM)));
    CallContext caller =
        new CallContext(
            owner.operator(),
            owner.token(),
            CallMetadata.surface(headers),
            ErrorMappingInterceptor.correlationId());
    return Contexts.interceptCall(caller.attachTo(Context.current()), call, headers, next);
  }

  private static OperatorToken parse(String text) {
    try {
      return OperatorToken.parse(text);
    } catch (CredentialFormatException e) {
      throw CallMetadata.malformed(e.getMessage(), FORM);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import dev.muster.wire.OperatorToken;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/** Sends with every call who asks, and that it is the command line that does. Thread-safe. */
final class OperatorCredentials implements ClientInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> SURFACE =
      Metadata.Key.of("muster-surface", Metadata.ASCII_STRING_MARSHALLER);

  private final OperatorToken token;

  OperatorCredentials(OperatorToken token) {
    this.token = token;
  }

  @Override
  public <Q, S> ClientCall<Q, S> interceptCall(
      MethodDescriptor<Q, S> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<S> listener, Metadata headers) {
        headers.put(AUTHORIZATION, "Bearer " + token.format());
        headers.put(SURFACE, "CLI");
        super.start(listener, headers);
      }
    };
  }
}

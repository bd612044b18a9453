// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Gives every unary call a deadline: no verb hangs on a server that does not answer. Thread-safe.
 */
final class UnaryDeadline implements ClientInterceptor {
  private final Duration deadline;

  UnaryDeadline(Duration deadline) {
    this.deadline = deadline;
  }

  @Override
  public <Q, S> ClientCall<Q, S> interceptCall(
      MethodDescriptor<Q, S> method, CallOptions options, Channel next) {
    boolean unary = method.getType() == MethodDescriptor.MethodType.UNARY;
    return next.newCall(
        method,
        unary ? options.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS) : options);
  }
}

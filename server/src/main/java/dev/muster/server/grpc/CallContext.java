// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.server.access.Operator;
import dev.muster.server.access.OperatorStore.TokenRecord;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.Surface;
import io.grpc.Context;

/**
 * Who calls, as authenticated, and how.
 *
 * @param operator who
 * @param token the token that was used
 * @param surface through which
 * @param correlationId of the call
 */
public record CallContext(
    Operator operator, TokenRecord token, Surface surface, String correlationId) {
  private static final Context.Key<CallContext> KEY = Context.key("muster-call");

  /** Returns that of the call that this thread is in. */
  public static CallContext current() {
    CallContext current = KEY.get();
    if (current == null) {
      throw new IllegalStateException("not in an authenticated call");
    }
    return current;
  }

  /** Returns the context of a call that carries this. */
  Context attachTo(Context context) {
    return context.withValue(KEY, this);
  }

  /** Returns who asks, for the domain. */
  public RequestedBy requestedBy() {
    return new RequestedBy(operator.id(), operator.name(), surface, correlationId);
  }
}

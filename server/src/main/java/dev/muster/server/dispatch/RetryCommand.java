// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.access.Role;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.request.RequestKey;
import java.util.Set;

/**
 * What an operator wants to be tried again.
 *
 * @param requestedBy who asks
 * @param role what they may do in the project
 * @param requestKey by which a repeat is recognised
 * @param source the execution
 * @param states of the invocations whose nodes are tried again; at least one
 * @param confirmed whether the danger was understood
 * @param reason why, in the operator's words
 */
public record RetryCommand(
    RequestedBy requestedBy,
    Role role,
    RequestKey requestKey,
    ExecutionId source,
    Set<InvocationState> states,
    boolean confirmed,
    String reason) {
  /** Copies the states. */
  public RetryCommand {
    states = Set.copyOf(states);
  }
}

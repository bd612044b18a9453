// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import java.util.List;

/**
 * What the server says of an execution.
 *
 * @param execution the execution with its counts
 * @param invocations its invocations, each with its history
 */
public record Recorded(Execution execution, List<GetInvocationResponse> invocations) {
  /** Copies the list. */
  public Recorded {
    invocations = List.copyOf(invocations);
  }
}

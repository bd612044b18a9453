// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.type.v1.InvocationState;
import java.util.Set;

/**
 * A retry that was acknowledged.
 *
 * @param execution the new execution
 * @param source the execution that it retries
 * @param states the states whose nodes were asked for
 */
public record Retried(String execution, String source, Set<InvocationState> states) {
  /** Copies the set. */
  public Retried {
    states = Set.copyOf(states);
  }
}

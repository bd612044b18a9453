// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.util.Set;

/**
 * A dispatch as its operator saw it.
 *
 * @param requestId its request id, under which it may have been sent several times
 * @param executions every execution that an answer named: exactly one, or none where it was refused
 * @param refusal why it was refused for good; empty: it was not
 */
public record Asked(String requestId, Set<String> executions, String refusal) {
  /** Copies the set. */
  public Asked {
    executions = Set.copyOf(executions);
  }
}

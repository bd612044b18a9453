// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import org.jspecify.annotations.Nullable;

/**
 * How an execution goes out to its cohort, and where it comes from. Immutable.
 *
 * @param rollout in what portions
 * @param ineligible what became of nodes that failed a gate
 * @param source the execution that it retries; null: none
 */
public record Plan(
    RolloutPolicy rollout, IneligiblePolicy ineligible, @Nullable ExecutionId source) {
  /** To everyone at once; a retry of nothing. */
  public static final Plan PLAIN = new Plan(RolloutPolicy.NONE, IneligiblePolicy.FAIL, null);
}

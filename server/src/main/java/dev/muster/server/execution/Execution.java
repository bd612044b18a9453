// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import dev.muster.server.node.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One dispatch of one action to a cohort, as recorded. Immutable.
 *
 * @param order what each node is asked for
 * @param progress where it stands
 * @param cohortSize nodes in the frozen cohort
 * @param target how the cohort was named
 * @param reason why, in the operator's words
 * @param createTime when it was committed
 * @param startWithin how long an invocation may wait from its release; zero: the node must be
 *     connected
 * @param offline what became of offline nodes
 * @param skippedNodes nodes that were left out as offline, the first thousand
 * @param skippedOffline how many were left out
 * @param redactedInput the input with secret fields masked, for everyone but the node
 * @param settleTime when all had settled; null before
 * @param cancelTime when a cancel was first asked for; null: never
 * @param cancelReason why
 * @param stateReason why it is PAUSED or ABORTED; empty otherwise
 * @param plan in what portions it goes out, and where it comes from
 */
@SuppressWarnings("ArrayRecordComponent") // Opaque bytes, passed through; never compared.
public record Execution(
    Order order,
    ExecutionProgress progress,
    int cohortSize,
    Target target,
    String reason,
    Instant createTime,
    Duration startWithin,
    OfflinePolicy offline,
    List<NodeId> skippedNodes,
    int skippedOffline,
    byte[] redactedInput,
    @Nullable Instant settleTime,
    @Nullable Instant cancelTime,
    String cancelReason,
    String stateReason,
    Plan plan) {
  /** Copies the list. */
  public Execution {
    skippedNodes = List.copyOf(skippedNodes);
  }

  /** Returns which. */
  public ExecutionId id() {
    return order.executionId();
  }

  /** Returns this execution further on. */
  public Execution at(ExecutionProgress progress, @Nullable Instant settleTime) {
    return new Execution(
        order,
        progress,
        cohortSize,
        target,
        reason,
        createTime,
        startWithin,
        offline,
        skippedNodes,
        skippedOffline,
        redactedInput,
        settleTime,
        cancelTime,
        cancelReason,
        stateReason,
        plan);
  }

  /**
   * How a cohort was named.
   *
   * @param selector label selector; empty where nodes were named
   * @param factSelector what narrowed it; empty: nothing
   */
  public record Target(String selector, String factSelector) {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one commit made of executions and invocations, in order.
 *
 * @param inserted new invocations
 * @param changes changes that were written
 * @param executions executions that moved or whose counts did
 */
public record Commit(
    List<Invocation> inserted, List<InvocationChange> changes, List<ExecutionMoved> executions) {
  /** Copies the lists. */
  public Commit {
    inserted = List.copyOf(inserted);
    changes = List.copyOf(changes);
    executions = List.copyOf(executions);
  }

  /**
   * An execution before and after.
   *
   * @param id which
   * @param before where it stood
   * @param after where it stands
   * @param settleTime when it settled; null while it has not
   */
  public record ExecutionMoved(
      ExecutionId id,
      ExecutionProgress before,
      ExecutionProgress after,
      @Nullable Instant settleTime) {}
}

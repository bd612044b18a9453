// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import dev.muster.server.audit.AuditRecord;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionEvent;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionStore.CohortSlice;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationStore.NewInvocation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an entry writes through. Changes of executions and invocations are gathered, so that counts,
 * revisions and audit rows are made in one place; the rest goes to {@link #store} directly. Used by
 * the ledger's thread only.
 */
public interface LedgerTransaction {
  /**
   * Returns the store. Executions and invocations are read from it, and written through this
   * interface.
   */
  StoreTransaction store();

  /** Returns the time of this batch. */
  Instant now();

  /** Adds an execution with its frozen cohort. */
  void create(Execution execution, List<CohortSlice> cohort);

  /** Adds an invocation of a cohort; it counted as PENDING until now. */
  void insert(NewInvocation invocation);

  /** Changes an invocation that this entry has read. */
  void change(InvocationChange change);

  /**
   * Changes an invocation as it was known before this entry, and runs something once that is
   * durable, in the order of the commits; neither where its row has moved since. The action must
   * not block.
   */
  void changeThen(InvocationChange change, Runnable whenChanged);

  /** Marks an outstanding invocation as to be cancelled. */
  void requestCancel(ExecutionId execution, InvocationId invocation);

  /** Moves an execution by an event that is legal in its state. */
  void move(ExecutionId execution, ExecutionEvent event, String stateReason);

  /** Returns where an execution stands, with what this batch has written. */
  Optional<ExecutionProgress> progress(ExecutionId execution);

  /** Appends an audit record. */
  void audit(AuditRecord record);

  /** Runs something once this is durable, in the order of the commits. Must not block. */
  void afterCommit(Runnable action);
}

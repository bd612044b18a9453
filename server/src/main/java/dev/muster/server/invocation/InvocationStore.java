// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.node.NodeId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Invocations in the store, inside one transaction. Only the ledger calls what writes. Not
 * thread-safe, as its transaction is not.
 */
public interface InvocationStore {
  /** Adds invocations as they are, each with the first line of its history. */
  void insert(List<NewInvocation> invocations);

  /**
   * Writes changes in order, each only where the row still has the state and the epoch of {@code
   * before}. Leaves {@code cancelRequested} as it is in the row. Appends the evidence to the
   * history, sets the result where the change brings one.
   *
   * @return per change, whether it was written
   */
  boolean[] compareAndSet(List<InvocationChange> changes);

  /** Marks an outstanding invocation as to be cancelled, at the execution's revision. */
  void requestCancel(InvocationId id, long revision);

  /** Returns one. */
  Optional<Invocation> find(InvocationId id);

  /**
   * Returns those PENDING of a node whose execution is RUNNING, or PREPARING its barrier, by
   * (release time, id).
   */
  List<Invocation> waiting(NodeId node, int limit);

  /** Returns those that a node may hold (DISPATCHED, ACKNOWLEDGED, STARTED), by id. */
  List<Invocation> outstanding(NodeId node);

  /** Returns those that take a slot of a node: from PREPARING to STARTED, by id. */
  List<Invocation> holdingSlots(NodeId node);

  /** Returns how many of an execution are PREPARED by a session that the caller knows as live. */
  int countPrepared(ExecutionId execution, LiveSession isLive);

  /** Returns those LOST of a node, newest first. */
  List<Invocation> lost(NodeId node, int limit);

  /** Returns those of a node that have not settled, by id. */
  List<Invocation> unsettled(NodeId node, int limit);

  /**
   * Returns those of an execution after a position in the cohort, in these states (empty: all), by
   * position.
   */
  List<Invocation> ofExecution(
      ExecutionId execution, int afterOrdinal, Set<InvocationState> states, int limit);

  /** Returns those of an execution changed after a revision, by (revision, position). */
  default List<Invocation> changedSince(ExecutionId execution, long revision, int limit) {
    return changedSince(execution, revision, Integer.MAX_VALUE, limit);
  }

  /**
   * Returns those of an execution changed at this revision in a position of the cohort behind this
   * one, or after this revision; by (revision, position). So a reader goes on in the middle of a
   * commit that changed many.
   */
  List<Invocation> changedSince(ExecutionId execution, long revision, int afterOrdinal, int limit);

  /**
   * Returns those of a node in these states (empty: all), newest first, with ids below {@code
   * before} if given.
   */
  List<Invocation> ofNode(
      NodeId node, Optional<InvocationId> before, Set<InvocationState> states, int limit);

  /** Returns those PENDING, PREPARING or PREPARED whose start deadline has come, earliest first. */
  List<Invocation> startDue(Instant now, int limit);

  /** Returns those outstanding whose report deadline has come, earliest first. */
  List<Invocation> reportDue(Instant now, int limit);

  /** Returns the results of those that have one. */
  Map<InvocationId, Result> results(List<InvocationId> ids);

  /** Returns the history of one, oldest first. */
  List<HistoryEntry> history(InvocationId id);

  /** Tells whether a session lives. */
  @FunctionalInterface
  interface LiveSession {
    /** Returns whether the session of this number is the node's, and open. */
    boolean test(NodeId node, long epoch);
  }

  /**
   * A new invocation.
   *
   * @param invocation as it is recorded
   * @param first line of its history
   */
  record NewInvocation(Invocation invocation, HistoryEntry first) {}
}

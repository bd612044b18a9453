// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import dev.muster.server.node.NodeId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Executions and their cohorts in the store, inside one transaction. Only the ledger calls what
 * writes. Not thread-safe.
 */
public interface ExecutionStore {
  /** Adds an execution with its frozen cohort. */
  void insert(Execution execution, List<CohortSlice> cohort);

  /**
   * Writes where executions stand now, each only where the row has the revision of {@code before}.
   */
  boolean[] updateProgress(List<ProgressUpdate> updates);

  /** Records the first cancel of an execution. */
  void recordCancel(ExecutionId id, Instant time, String reason);

  /** Marks a slice as materialised. */
  void materialised(ExecutionId id, int slice);

  /** Returns slices that are not materialised, by execution, then position. */
  List<CohortSlice> unmaterialised(int limit);

  /** Returns one. */
  Optional<Execution> find(ExecutionId id);

  /** Returns where one stands. */
  Optional<ExecutionProgress> progress(ExecutionId id);

  /** Returns what one asks of its nodes. */
  Optional<Order> order(ExecutionId id);

  /** Returns executions newest first, with ids below {@code before} if given. */
  List<Execution> list(Filter filter, Optional<ExecutionId> before, int limit);

  /** Returns executions that are in these states, oldest first. */
  List<ExecutionId> inStates(Set<ExecutionState> states, int limit);

  /** Returns executions whose nodes get ready and may have some that still wait, oldest first. */
  List<ExecutionId> preparing();

  /** Notes that none of the nodes of an execution waits any more. */
  void prepared(ExecutionId id);

  /** Returns how many executions of a domain have not settled. */
  int liveInDomain(String domainId);

  /**
   * Returns who holds most of a domain's live executions: operator names and counts, the greatest
   * first.
   */
  List<LiveHolder> liveHolders(String domainId, int limit);

  /**
   * Part of a frozen cohort.
   *
   * @param executionId of which execution
   * @param slice position of the part, from 0
   * @param firstOrdinal position of its first node in the cohort
   * @param nodes its nodes, in order
   */
  record CohortSlice(ExecutionId executionId, int slice, int firstOrdinal, List<NodeId> nodes) {
    /**
     * Nodes in a slice, but for the last: small enough that its commit does not hold the writer.
     */
    public static final int SIZE = 500;

    /** Copies the nodes. */
    public CohortSlice {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * Where an execution stood and stands.
   *
   * @param id which
   * @param before as the writer saw it
   * @param after as it becomes
   * @param settleTime when it settled; null while it has not
   * @param stateReason why it is in this state; empty: nothing to tell
   */
  record ProgressUpdate(
      ExecutionId id,
      ExecutionProgress before,
      ExecutionProgress after,
      @Nullable Instant settleTime,
      String stateReason) {}

  /**
   * What a list is narrowed to.
   *
   * @param projectId of which project
   * @param states empty: all
   * @param action empty: all
   * @param operator id or name; empty: all
   * @param node null: all
   * @param createdAfter inclusive; null: no bound
   * @param createdBefore exclusive; null: no bound
   */
  record Filter(
      String projectId,
      Set<ExecutionState> states,
      String action,
      String operator,
      @Nullable NodeId node,
      @Nullable Instant createdAfter,
      @Nullable Instant createdBefore) {
    /** Copies the states. */
    public Filter {
      states = Set.copyOf(states);
    }
  }

  /** Someone who holds live executions. */
  record LiveHolder(String operatorName, int count) {}
}

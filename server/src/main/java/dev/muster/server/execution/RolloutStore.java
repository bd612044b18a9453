// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import dev.muster.server.node.NodeId;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Rollouts in the store, inside one transaction: how far each has come, and which of its nodes
 * still wait for their wave. Only the ledger calls what writes. Not thread-safe.
 */
public interface RolloutStore {
  /** Adds a rollout; {@code waiting} are the nodes that wait for their wave, in their order. */
  void insert(ExecutionId id, RolloutState state, List<NodeId> waiting);

  /** Returns one. */
  Optional<Rollout> find(ExecutionId id);

  /** Returns the nodes that waited at dispatch, in their order. They never change. */
  List<NodeId> cohort(ExecutionId id);

  /** Writes how far one has come. */
  void update(ExecutionId id, Rollout rollout);

  /** Returns rollouts that are not over, oldest first. */
  List<ExecutionId> open();

  /** Notes that one is over. */
  void close(ExecutionId id);

  /**
   * A rollout under way.
   *
   * @param state how far it has come
   * @param taken which nodes of its cohort have been opened, by position
   */
  record Rollout(RolloutState state, BitSet taken) {
    /** Copies the set. */
    public Rollout {
      taken = (BitSet) taken.clone();
    }

    @Override
    public BitSet taken() {
      return (BitSet) taken.clone();
    }
  }
}

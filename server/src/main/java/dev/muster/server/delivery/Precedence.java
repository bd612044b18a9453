// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.node.NodeId;
import java.util.Comparator;
import java.util.List;

/**
 * Of two barriers that want the same slot the older wins. Without this, two barriers on overlapping
 * cohorts could each keep a slot that the other waits for, until both give up: which one comes
 * first on a node also depends on when the node connects and when its slice of a large cohort is
 * made.
 *
 * <p>A barrier that waits keeps its slots only from younger ones. As age is the same order on every
 * node, no circle of barriers that wait for each other can form. A barrier that has opened yields
 * to nobody, and what does not belong to a barrier ends by itself.
 */
final class Precedence {
  /** How far into the line of one node it looks. */
  private static final int LOOKED_AT = 1_024;

  private static final Comparator<Invocation> BY_AGE =
      Comparator.comparing(Invocation::releaseTime)
          .thenComparing(invocation -> invocation.executionId().value());

  private final ServerMoves moves;
  private final Orders orders;

  Precedence(ServerMoves moves, Orders orders) {
    this.moves = moves;
    this.orders = orders;
  }

  /**
   * Gives up, on a node without a free slot, what younger barriers keep there and older ones wait
   * for. The slot comes back once this is durable, and goes to whoever is first in line. What is
   * PREPARING is left alone until its answer comes.
   */
  void yieldToOlder(LedgerTransaction tx, NodeId node) {
    List<Invocation> kept =
        tx.store().invocations().holdingSlots(node).stream()
            .filter(invocation -> invocation.state() == InvocationState.PREPARED)
            .filter(invocation -> waitsForBarrier(tx, invocation))
            .sorted(BY_AGE.reversed())
            .toList();
    if (kept.isEmpty()) {
      return;
    }
    List<Invocation> waiting =
        tx.store().invocations().waiting(node, LOOKED_AT).stream()
            .filter(invocation -> waitsForBarrier(tx, invocation))
            .sorted(BY_AGE)
            .toList();
    for (int i = 0; i < Math.min(kept.size(), waiting.size()); i++) {
      if (BY_AGE.compare(waiting.get(i), kept.get(i)) < 0) {
        moves.unready(kept.get(i), Driver.BARRIER, "OLDER_BARRIER", tx.now()).ifPresent(tx::change);
      }
    }
  }

  private boolean waitsForBarrier(LedgerTransaction tx, Invocation invocation) {
    return orders.of(tx.store(), invocation.executionId()).prepare().isBarrier()
        && tx.progress(invocation.executionId())
            .map(ExecutionProgress::state)
            .filter(state -> state == ExecutionState.PREPARING)
            .isPresent();
  }
}

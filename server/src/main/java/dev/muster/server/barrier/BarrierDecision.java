// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.barrier;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.delivery.Orders;
import dev.muster.server.execution.BarrierRule;
import dev.muster.server.execution.BarrierRule.Verdict;
import dev.muster.server.execution.ExecutionEvent;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.Order;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.node.NodeId;
import dev.muster.server.session.SessionRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Decides on a barrier that waits, and moves its execution, in one commit: what it counts is what
 * that commit sees. On the ledger's thread, which also begins the sessions whose epochs it
 * compares.
 */
final class BarrierDecision {
  private final Orders orders;
  private final SessionRegistry sessions;

  BarrierDecision(Orders orders, SessionRegistry sessions) {
    this.orders = orders;
    this.sessions = sessions;
  }

  /**
   * What was decided.
   *
   * @param verdict of the rule
   * @param missing how many more would have to be ready
   */
  record Decided(Verdict verdict, int missing) {}

  /**
   * Decides; empty where there is nothing to decide (any more).
   *
   * @param prepared who is ready at this commit; empty where only the store knows
   */
  Optional<Decided> decide(
      LedgerTransaction tx, Tracked barrier, Optional<List<Invocation>> prepared) {
    Optional<ExecutionProgress> progress = tx.progress(barrier.id);
    if (progress.isEmpty() || progress.get().state() != ExecutionState.PREPARING) {
      return Optional.empty();
    }
    boolean enough = progress.get().counts().in(InvocationState.PREPARED) >= barrier.quorum;
    // Counted one by one only where it can matter: those whose session is gone are not ready.
    int ready = enough ? countReady(tx, barrier, prepared) : 0;
    Verdict verdict =
        BarrierRule.decide(
            barrier.quorum,
            ready,
            progress.get().counts(),
            barrier.preparation.deadline(),
            tx.now());
    switch (verdict) {
      case WAIT -> {}
      case OPEN -> {
        tx.move(barrier.id, ExecutionEvent.BARRIER_OPENED, "");
        audit(tx, barrier, verdict, ready, progress.get());
      }
      case TOO_LATE, OUT_OF_REACH -> {
        tx.move(
            barrier.id, ExecutionEvent.BARRIER_FAILED, reason(barrier, verdict, progress.get()));
        audit(tx, barrier, verdict, ready, progress.get());
      }
    }
    return Optional.of(new Decided(verdict, barrier.quorum - ready));
  }

  private int countReady(
      LedgerTransaction tx, Tracked barrier, Optional<List<Invocation>> prepared) {
    if (prepared.isEmpty()) {
      return tx.store().invocations().countPrepared(barrier.id, this::isLive);
    }
    int ready = 0;
    for (Invocation invocation : prepared.get()) {
      ready += isLive(invocation.nodeId(), invocation.epoch()) ? 1 : 0;
    }
    return ready;
  }

  private boolean isLive(NodeId node, long epoch) {
    return sessions.find(node).filter(session -> session.isLive(epoch)).isPresent();
  }

  private static String reason(Tracked barrier, Verdict verdict, ExecutionProgress progress) {
    int prepared = progress.counts().in(InvocationState.PREPARED);
    String quorum = "the quorum is " + barrier.quorum + " of " + progress.counts().total() + ".";
    Duration within = barrier.preparation.policy().within();
    return verdict == Verdict.TOO_LATE
        ? prepared + " prepared within " + within.toMillis() / 1_000.0 + " s; " + quorum
        : "So many can no longer get ready that the barrier cannot open; " + quorum;
  }

  private void audit(
      LedgerTransaction tx, Tracked barrier, Verdict verdict, int ready, ExecutionProgress at) {
    Order order = orders.of(tx.store(), barrier.id);
    tx.audit(
        new AuditRecord(
            tx.now(),
            "execution.barrier",
            null,
            order.projectId(),
            barrier.id,
            null,
            null,
            order.action(),
            null,
            new AuditDetails()
                .add("verdict", verdict.name())
                .add("quorum", barrier.quorum)
                .add("ready", ready)
                .add("counts", at.counts().toString())
                .json()));
  }
}

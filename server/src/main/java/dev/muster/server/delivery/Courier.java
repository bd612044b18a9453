// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import dev.muster.server.error.BusException;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.Order;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerEntry;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.session.CreditLease;
import dev.muster.server.session.NodeSession;
import dev.muster.server.session.SessionServices;
import dev.muster.wire.Limits;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Hands invocations that wait in the store to sessions that have credit, oldest first. DISPATCHED
 * or PREPARING is durable before the session hears of it. Thread-safe.
 */
public final class Courier implements SessionServices.HandOvers {
  private final Ledger ledger;
  private final ServerMoves moves;
  private final Orders orders;
  private final HandOvers handOvers;
  private final Precedence precedence;
  private final ScheduledExecutorService timer;

  /** Makes the courier of one replica; the timer is for what the store could not take. */
  public Courier(
      Ledger ledger,
      ServerMoves moves,
      HandOvers handOvers,
      Orders orders,
      ScheduledExecutorService timer) {
    this.ledger = ledger;
    this.moves = moves;
    this.orders = orders;
    this.handOvers = handOvers;
    this.precedence = new Precedence(moves, orders);
    this.timer = timer;
  }

  @Override
  public void request(NodeSession session) {
    CreditLease lease = new CreditLease();
    var unused =
        ledger
            .submit(LedgerEntry.weighing(Limits.DEFAULT_SLOTS, tx -> handOver(tx, session, lease)))
            .whenComplete(
                (looked, failure) -> {
                  if (failure == null && !looked && session.available() > 0) {
                    request(session);
                  }
                  if (failure != null) {
                    lease.giveBackQuietly();
                    session.backlogUnknown();
                    if (!(failure
                        instanceof BusException)) { // Only a ledger that closes refuses this.
                      var unusedTimer = timer.schedule(() -> request(session), 1, TimeUnit.SECONDS);
                    }
                  }
                });
  }

  private Boolean handOver(LedgerTransaction tx, NodeSession session, CreditLease lease) {
    lease.begin();
    session.handOverBegins();
    if (session.mayKeepReservations()) {
      executeReady(tx, session);
    }
    int credit = session.available();
    List<Invocation> waiting = tx.store().invocations().waiting(session.nodeId(), credit + 1);
    for (Invocation invocation : waiting) {
      Order order = orders.of(tx.store(), invocation.executionId());
      boolean unready = order.prepare().isAsked() && order.prepare().isOver(tx.now());
      if (unready || !tx.now().isBefore(invocation.startDeadline())) {
        expire(tx, invocation); // The clock has not come by yet.
        continue;
      }
      if (!lease.tryTakeForBacklog(session)) {
        if (session.mayKeepReservations()) {
          precedence.yieldToOlder(tx, session.nodeId());
        }
        return false;
      }
      InvocationChange change =
          handOvers.handedOver(invocation, Driver.COURIER, session, order, tx.now());
      tx.change(change);
      tx.afterCommit(() -> HandOvers.send(change.after(), session, order));
    }
    if (waiting.size() > credit) {
      return false; // Those that expired gave room; there may be more.
    }
    // Nothing is left: whatever comes to wait from here on is written by this thread, which will
    // note it.
    session.noBacklog();
    return true;
  }

  /**
   * Hands over what the node got ready on an earlier session and whose barrier has opened since. A
   * session that has opened asks for this.
   */
  private void executeReady(LedgerTransaction tx, NodeSession session) {
    if (!session.isOpen()) {
      return;
    }
    for (Invocation held : tx.store().invocations().holdingSlots(session.nodeId())) {
      Order order = orders.of(tx.store(), held.executionId());
      boolean released =
          HandOvers.isStillReady(held, order, tx.now())
              && session.isLive(held.epoch())
              && tx.progress(held.executionId()).orElseThrow().state() == ExecutionState.RUNNING;
      if (released) {
        handOvers.execute(tx, held, Driver.COURIER, session, order);
      }
    }
  }

  private void expire(LedgerTransaction tx, Invocation invocation) {
    moves
        .settle(
            invocation,
            InvocationEvent.START_DEADLINE_PASSED,
            Driver.CLOCK,
            "START_DEADLINE_PASSED",
            "It was not handed to its node in time, and did not run.",
            tx.now())
        .ifPresent(tx::change);
  }
}

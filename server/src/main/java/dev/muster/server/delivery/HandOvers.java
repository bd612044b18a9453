// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import dev.muster.server.execution.Order;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.session.NodeSession;
import dev.muster.wire.Limits;
import java.time.Instant;

/**
 * How an invocation is handed to a session inside a commit: as PREPARE where its execution asks for
 * one and it is not ready, else as EXECUTE. What goes out, goes out when that is durable. On the
 * ledger's thread.
 */
public final class HandOvers {
  private final ServerMoves moves;
  private final PacedSends pace;

  /** Makes the hand-overs of one replica. */
  public HandOvers(ServerMoves moves, PacedSends pace) {
    this.moves = moves;
    this.pace = pace;
  }

  /** Returns what large cohorts are sent with. */
  public PacedSends pace() {
    return pace;
  }

  /** Returns an invocation that waits, as handed to a session. */
  InvocationChange handedOver(
      Invocation waiting, Driver driver, NodeSession session, Order order, Instant now) {
    return order.prepare().isAsked()
        ? moves
            .prepare(waiting, driver, session.epoch(), session.journalId(), now)
            .orElseThrow(() -> notToBeHandedOver(waiting))
        : executed(waiting, driver, session, order, now);
  }

  /** Sends what a committed hand-over asks for. */
  static void send(Invocation handedOver, NodeSession session, Order order) {
    if (handedOver.state().isReserved()) {
      session.prepare(handedOver, order);
    } else {
      session.handOver(handedOver, order);
    }
  }

  /** Sends one of many whose hand-over is durable, when it is its turn and if it then stands. */
  void sendInTurn(Invocation handedOver, NodeSession session, Order order) {
    session.expect(handedOver);
    pace.send(() -> session.handOverExpected(handedOver, order));
  }

  /** Returns whether what is PREPARED may still be handed over: its reservation stands. */
  public static boolean isStillReady(Invocation invocation, Order order, Instant now) {
    return invocation.state() == InvocationState.PREPARED
        && now.isBefore(order.prepare().reservedUntil())
        && now.isBefore(invocation.startDeadline());
  }

  /**
   * Hands a PREPARED invocation over for execution, where it still is as it is known here. Its
   * reservation is its credit. One of many, it goes out when it is its turn.
   */
  public void execute(
      LedgerTransaction tx, Invocation prepared, Driver driver, NodeSession session, Order order) {
    InvocationChange change = executed(prepared, driver, session, order, tx.now());
    tx.changeThen(
        change,
        driver == Driver.BARRIER
            ? () -> sendInTurn(change.after(), session, order)
            : () -> session.handOver(change.after(), order));
  }

  private InvocationChange executed(
      Invocation invocation, Driver driver, NodeSession session, Order order, Instant now) {
    return moves
        .handOver(
            invocation,
            driver,
            session.epoch(),
            session.journalId(),
            reportDeadline(order, now),
            now)
        .orElseThrow(() -> notToBeHandedOver(invocation));
  }

  private static IllegalStateException notToBeHandedOver(Invocation invocation) {
    return new IllegalStateException("not to be handed over: " + invocation);
  }

  /** Time for the way there, the run, and the way back. */
  private static Instant reportDeadline(Order order, Instant now) {
    return now.plus(Limits.REPORT_SLACK).plus(order.runTimeout()).plus(Limits.REPORT_SLACK);
  }
}

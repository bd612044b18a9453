// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerEntry;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.session.SessionRegistry;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Carries a cancel to the invocations, a thousand per commit: what has not been handed over is
 * CANCELLED at once; of the rest the request is recorded and the node is asked, whose answer
 * decides. Thread-safe.
 */
public final class Cancellation {
  private static final int ROWS = 1_000;
  private static final Set<InvocationState> UNSETTLED =
      EnumSet.of(
          InvocationState.PENDING,
          InvocationState.PREPARING,
          InvocationState.PREPARED,
          InvocationState.DISPATCHED,
          InvocationState.ACKNOWLEDGED,
          InvocationState.STARTED);

  private final Ledger ledger;
  private final ServerMoves moves;
  private final Orders orders;
  private final SessionRegistry sessions;
  private final ScheduledExecutorService timer;

  /** Makes the cancellation of one replica. */
  public Cancellation(
      Ledger ledger,
      ServerMoves moves,
      Orders orders,
      SessionRegistry sessions,
      ScheduledExecutorService timer) {
    this.ledger = ledger;
    this.moves = moves;
    this.orders = orders;
    this.sessions = sessions;
    this.timer = timer;
  }

  /**
   * Carries the cancel of an execution to what it has not reached yet, until it has reached all.
   */
  public void proceed(ExecutionId execution, String reason, RequestedBy by) {
    proceed(execution, reason, by, -1);
  }

  private void proceed(ExecutionId execution, String reason, RequestedBy by, int afterOrdinal) {
    var unused =
        ledger
            .submit(
                LedgerEntry.weighing(
                    ROWS, tx -> cancelNext(tx, execution, reason, by, afterOrdinal)))
            .whenComplete(
                (last, failure) -> {
                  if (failure == null && last >= 0) {
                    proceed(execution, reason, by, last);
                  } else if (failure instanceof StoreException) {
                    var unusedTimer =
                        timer.schedule(
                            () -> proceed(execution, reason, by, afterOrdinal),
                            1,
                            TimeUnit.SECONDS);
                  }
                });
  }

  /**
   * Carries the cancel to the next invocations of the cohort. On the ledger's thread.
   *
   * @return position of the last one reached where there may be more, else -1
   */
  public int cancelNext(
      LedgerTransaction tx,
      ExecutionId execution,
      String reason,
      RequestedBy by,
      int afterOrdinal) {
    List<Invocation> next =
        tx.store().invocations().ofExecution(execution, afterOrdinal, UNSETTLED, ROWS);
    Order order = orders.of(tx.store(), execution);
    for (Invocation invocation : next) {
      if (invocation.state().isWaiting()) {
        moves
            .settle(
                invocation,
                InvocationEvent.CANCELLED_BEFORE_HAND_OVER,
                Driver.OPERATOR,
                "CANCELLED",
                reason,
                tx.now())
            .ifPresent(tx::change);
      } else {
        tx.requestCancel(execution, invocation.id());
        Invocation asked = invocation.cancelAsked();
        tx.afterCommit(
            () ->
                sessions
                    .find(asked.nodeId())
                    .ifPresent(session -> session.cancel(asked, order, reason, by)));
      }
    }
    return next.size() == ROWS ? next.get(ROWS - 1).ordinal() : -1;
  }
}

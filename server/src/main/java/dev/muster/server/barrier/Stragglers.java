// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.barrier;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerEntry;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.session.SessionRegistry;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Settles what will not execute any more, a thousand per commit: CANCELLED where the barrier
 * failed, EXPIRED where the time to get ready is over. Sessions tell their nodes to give
 * reservations up. Thread-safe.
 */
final class Stragglers {
  private static final int ROWS = 1_000;
  private static final Set<InvocationState> WAITING =
      EnumSet.of(InvocationState.PENDING, InvocationState.PREPARING, InvocationState.PREPARED);
  private static final Set<InvocationState> UNREADY =
      EnumSet.of(InvocationState.PENDING, InvocationState.PREPARING);

  private final Ledger ledger;
  private final ServerMoves moves;
  private final SessionRegistry sessions;

  Stragglers(Ledger ledger, ServerMoves moves, SessionRegistry sessions) {
    this.ledger = ledger;
    this.moves = moves;
    this.sessions = sessions;
  }

  /** Cancels what is left of an aborted execution behind a position, part by part. */
  void cancel(ExecutionId execution, int afterOrdinal, Runnable whenDone) {
    proceed(execution, afterOrdinal, this::cancelNext, whenDone);
  }

  /** Expires what is not ready, part by part; with {@code prepared}, what is ready as well. */
  void expire(ExecutionId execution, boolean prepared, Runnable whenDone) {
    proceed(execution, -1, (tx, id, after) -> expireNext(tx, id, prepared, after), whenDone);
  }

  /** Lets wait again what an earlier process asked for: no answer to it can come any more. */
  void waitAgain(ExecutionId execution) {
    proceed(execution, -1, this::waitAgainNext, () -> {});
  }

  private int waitAgainNext(LedgerTransaction tx, ExecutionId execution, int afterOrdinal) {
    List<Invocation> next =
        tx.store()
            .invocations()
            .ofExecution(execution, afterOrdinal, Set.of(InvocationState.PREPARING), ROWS);
    for (Invocation invocation : next) {
      if (!isLive(invocation)) { // Else its node was faster than this, and was asked anew.
        moves
            .unready(invocation, Driver.COURIER, "SERVER_RESTARTED", tx.now())
            .ifPresent(tx::change);
      }
    }
    return lastOf(next);
  }

  private boolean isLive(Invocation invocation) {
    return sessions
        .find(invocation.nodeId())
        .filter(session -> session.isLive(invocation.epoch()))
        .isPresent();
  }

  private void proceed(ExecutionId execution, int afterOrdinal, Part part, Runnable whenDone) {
    var unused =
        ledger
            .submit(LedgerEntry.weighing(ROWS, tx -> part.settle(tx, execution, afterOrdinal)))
            .whenComplete(
                (last, failure) -> {
                  if (failure == null && last >= 0) {
                    proceed(execution, last, part, whenDone);
                  } else {
                    whenDone.run(); // A store that failed is asked again at the next look.
                  }
                });
  }

  /**
   * Cancels the next of an aborted execution. On the ledger's thread.
   *
   * @return position of the last one settled where there may be more, else -1
   */
  int cancelNext(LedgerTransaction tx, ExecutionId execution, int afterOrdinal) {
    List<Invocation> next =
        tx.store().invocations().ofExecution(execution, afterOrdinal, WAITING, ROWS);
    for (Invocation invocation : next) {
      settle(
          tx,
          invocation,
          InvocationEvent.CANCELLED_BEFORE_HAND_OVER,
          Driver.BARRIER,
          "BARRIER_FAILED",
          "The quorum did not stand; nothing ran anywhere.");
    }
    return lastOf(next);
  }

  private int expireNext(
      LedgerTransaction tx, ExecutionId execution, boolean prepared, int afterOrdinal) {
    List<Invocation> next =
        tx.store()
            .invocations()
            .ofExecution(execution, afterOrdinal, prepared ? WAITING : UNREADY, ROWS);
    for (Invocation invocation : next) {
      settle(
          tx,
          invocation,
          InvocationEvent.START_DEADLINE_PASSED,
          Driver.CLOCK,
          "PREPARE_DEADLINE_PASSED",
          "Its node was not ready in time, and did not run it.");
    }
    return lastOf(next);
  }

  private void settle(
      LedgerTransaction tx,
      Invocation invocation,
      InvocationEvent event,
      Driver driver,
      String reason,
      String message) {
    moves.settle(invocation, event, driver, reason, message, tx.now()).ifPresent(tx::change);
  }

  private static int lastOf(List<Invocation> part) {
    return part.size() == ROWS ? part.get(ROWS - 1).ordinal() : -1;
  }

  @FunctionalInterface
  private interface Part {
    int settle(LedgerTransaction tx, ExecutionId execution, int afterOrdinal);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerEntry;
import dev.muster.server.ledger.LedgerTransaction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Settles what has become due: EXPIRED for what was not handed over in time, LOST for what was and
 * brought no final report. Looks once a second; what is due in great numbers is settled a thousand
 * per commit.
 */
public final class Deadlines {
  private static final int ROWS = 1_000;

  private final Ledger ledger;
  private final ServerMoves moves;
  private final Instant noLossBefore;
  private final AtomicBoolean looking = new AtomicBoolean();

  /**
   * Makes the deadlines of one replica.
   *
   * @param lossGrace after a start in which nothing becomes LOST: its nodes are still coming back
   */
  public Deadlines(Ledger ledger, ServerMoves moves, InstantSource clock, Duration lossGrace) {
    this.ledger = ledger;
    this.moves = moves;
    this.noLossBefore = clock.instant().plus(lossGrace);
  }

  /** Begins to look, on this timer until it is shut down. */
  public void start(ScheduledExecutorService timer) {
    var unused = timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  void look() {
    if (looking.compareAndSet(false, true)) {
      settle();
    }
  }

  private void settle() {
    var unused =
        ledger
            .submit(LedgerEntry.weighing(ROWS, this::settleDue))
            .whenComplete(
                (more, failure) -> {
                  if (failure == null && more) {
                    settle();
                  } else {
                    looking.set(false); // A store that failed is asked again in a second.
                  }
                });
  }

  private Boolean settleDue(LedgerTransaction tx) {
    Instant now = tx.now();
    List<Invocation> unstarted = tx.store().invocations().startDue(now, ROWS);
    for (Invocation invocation : unstarted) {
      if (stands(tx, invocation)) {
        continue;
      }
      moves
          .settle(
              invocation,
              InvocationEvent.START_DEADLINE_PASSED,
              Driver.CLOCK,
              "START_DEADLINE_PASSED",
              "It was not handed to its node in time, and did not run.",
              now)
          .ifPresent(tx::change);
    }
    List<Invocation> unreported =
        now.isBefore(noLossBefore) ? List.of() : tx.store().invocations().reportDue(now, ROWS);
    for (Invocation invocation : unreported) {
      moves
          .settle(
              invocation,
              InvocationEvent.REPORT_DEADLINE_PASSED,
              Driver.CLOCK,
              "REPORT_DEADLINE_PASSED",
              "It was handed to its node, and no final report came in time: it may have run.",
              now)
          .ifPresent(tx::change);
    }
    return unstarted.size() == ROWS || unreported.size() == ROWS;
  }

  /** Lets the clock stand of what waits in a PAUSED execution, until that expires. */
  private static boolean stands(LedgerTransaction tx, Invocation invocation) {
    ExecutionId execution = invocation.executionId();
    if (tx.progress(execution).orElseThrow().state() != ExecutionState.PAUSED) {
      return false;
    }
    Instant expireTime = tx.store().executions().order(execution).orElseThrow().expireTime();
    if (!tx.now().isBefore(expireTime)) {
      return false;
    }
    tx.store().pauses().hold(invocation, expireTime);
    return true;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.barrier;

import dev.muster.server.delivery.HandOvers;
import dev.muster.server.delivery.Orders;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.Order;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerEntry;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.session.NodeSession;
import dev.muster.server.session.SessionRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Hands over what is PREPARED and may run: a whole cohort once its barrier has opened, and single
 * invocations that get ready later. A thousand per commit at most, so that the writer is not held;
 * single ones gather while a commit is under way, and go out together in the next.
 *
 * <p>What is ready on a session that is not open is left to the courier, which comes when it opens.
 * Thread-safe.
 */
final class Release {
  static final int ROWS = 1_000;

  private final Ledger ledger;
  private final HandOvers handOvers;
  private final Orders orders;
  private final SessionRegistry sessions;
  // Bounded by the slots of all nodes: each in it holds one.
  private final ConcurrentLinkedQueue<InvocationId> single = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean underWay = new AtomicBoolean();

  Release(Ledger ledger, HandOvers handOvers, Orders orders, SessionRegistry sessions) {
    this.ledger = ledger;
    this.handOvers = handOvers;
    this.orders = orders;
    this.sessions = sessions;
  }

  /** Hands over one that is PREPARED, together with others. */
  void add(InvocationId prepared) {
    single.add(prepared);
  }

  /** Begins to hand over what was added. */
  void begin() {
    if (!single.isEmpty() && underWay.compareAndSet(false, true)) {
      List<InvocationId> next = new ArrayList<>();
      for (InvocationId id = single.poll();
          id != null;
          id = next.size() < ROWS ? single.poll() : null) {
        next.add(id);
      }
      var unused =
          ledger
              .submit(LedgerEntry.weighing(next.size(), tx -> executeAll(tx, next)))
              .whenComplete(
                  (done, failure) -> {
                    // Where the store failed, the next look at the execution finds them.
                    underWay.set(false);
                    begin();
                  });
    }
  }

  private Boolean executeAll(LedgerTransaction tx, List<InvocationId> ids) {
    for (InvocationId id : ids) {
      tx.store()
          .invocations()
          .find(id)
          .filter(invocation -> isRunning(tx, invocation.executionId()))
          .ifPresent(invocation -> execute(tx, invocation));
    }
    return true;
  }

  /**
   * Hands over all of a cohort that are PREPARED, part by part, each when the one before has nearly
   * gone out; unless that goes on already.
   */
  void all(Tracked barrier) {
    begin(barrier, () -> all(barrier, -1));
  }

  /**
   * Hands over the first of a cohort in the commit that opens its barrier, and all others after.
   */
  void first(LedgerTransaction tx, Tracked barrier) {
    int last = next(tx, barrier.id, -1);
    if (last >= 0) {
      tx.afterCommit(() -> begin(barrier, () -> all(barrier, last)));
    }
  }

  /** The same, with those who are ready known: they need not be read. */
  void first(LedgerTransaction tx, Tracked barrier, List<Invocation> prepared) {
    int done = next(tx, barrier.id, prepared, 0);
    if (done < prepared.size()) {
      tx.afterCommit(() -> begin(barrier, () -> all(barrier, prepared, done)));
    }
  }

  /** One chain of parts at a time: two would write ahead of what is sent. */
  private static void begin(Tracked barrier, Runnable chain) {
    if (barrier.releasing.compareAndSet(false, true)) {
      chain.run();
    }
  }

  private void all(Tracked barrier, int afterOrdinal) {
    var unused =
        ledger
            .submit(LedgerEntry.weighing(ROWS, tx -> next(tx, barrier.id, afterOrdinal)))
            .whenComplete(
                (last, failure) -> {
                  if (failure == null && last >= 0) {
                    handOvers.pace().goOn(() -> all(barrier, last));
                  } else {
                    barrier.releasing.set(
                        false); // The next look finds what the store did not take.
                  }
                });
  }

  private void all(Tracked barrier, List<Invocation> prepared, int from) {
    var unused =
        ledger
            .submit(LedgerEntry.weighing(ROWS, tx -> next(tx, barrier.id, prepared, from)))
            .whenComplete(
                (done, failure) -> {
                  if (failure == null && done < prepared.size()) {
                    handOvers.pace().goOn(() -> all(barrier, prepared, done));
                  } else {
                    barrier.releasing.set(
                        false); // The next look finds what the store did not take.
                  }
                });
  }

  private int next(
      LedgerTransaction tx, ExecutionId execution, List<Invocation> prepared, int from) {
    if (!isRunning(tx, execution)) {
      return prepared.size();
    }
    int end = Math.min(from + ROWS, prepared.size());
    prepared.subList(from, end).forEach(invocation -> execute(tx, invocation));
    return end;
  }

  /**
   * Hands over the next of a cohort. On the ledger's thread.
   *
   * @return position of the last one looked at where there may be more, else -1
   */
  private int next(LedgerTransaction tx, ExecutionId execution, int afterOrdinal) {
    if (!isRunning(tx, execution)) {
      return -1;
    }
    List<Invocation> next =
        tx.store()
            .invocations()
            .ofExecution(execution, afterOrdinal, Set.of(InvocationState.PREPARED), ROWS);
    next.forEach(invocation -> execute(tx, invocation));
    return next.size() == ROWS ? next.get(ROWS - 1).ordinal() : -1;
  }

  private void execute(LedgerTransaction tx, Invocation invocation) {
    Optional<NodeSession> session =
        sessions
            .find(invocation.nodeId())
            .filter(live -> live.isLive(invocation.epoch()) && live.isOpen());
    Order order = orders.of(tx.store(), invocation.executionId());
    if (session.isPresent() && HandOvers.isStillReady(invocation, order, tx.now())) {
      handOvers.execute(tx, invocation, Driver.BARRIER, session.get(), order);
    }
  }

  private static boolean isRunning(LedgerTransaction tx, ExecutionId execution) {
    return tx.progress(execution)
        .map(ExecutionProgress::state)
        .filter(state -> state == ExecutionState.RUNNING)
        .isPresent();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.barrier;

import dev.muster.server.barrier.BarrierDecision.Decided;
import dev.muster.server.delivery.HandOvers;
import dev.muster.server.delivery.Orders;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.Commit;
import dev.muster.server.ledger.CommitListener;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerEntry;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.node.NodeId;
import dev.muster.server.session.NodeSession;
import dev.muster.server.session.SessionRegistry;
import dev.muster.server.session.SessionServices;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Drives the executions whose nodes get ready first. Hears of every commit, and asks the ledger
 * where one of them may go on: to open or fail a barrier, to hand over who is ready, to settle who
 * is late. What it remembers are hints; what counts is read in the commit that acts on it. A look
 * twice a second catches what was missed, and what is due.
 *
 * <p>Bounded by the live executions. Thread-safe.
 */
public final class Barriers implements CommitListener {
  private static final long LOOK_EVERY_MILLIS = 500;

  private final Ledger ledger;
  private final LedgerStore store;
  private final BarrierDecision decision;
  private final Release release;
  private final Stragglers stragglers;
  private final SessionRegistry sessions;
  private final SessionServices.HandOvers courier;
  private final InstantSource clock;
  private final Map<ExecutionId, Tracked> tracked = new ConcurrentHashMap<>();

  /** Makes the barriers of one replica. */
  public Barriers(
      Ledger ledger,
      LedgerStore store,
      ServerMoves moves,
      HandOvers handOvers,
      Orders orders,
      SessionRegistry sessions,
      SessionServices.HandOvers courier,
      InstantSource clock) {
    this.ledger = ledger;
    this.store = store;
    this.decision = new BarrierDecision(orders, sessions);
    this.release = new Release(ledger, handOvers, orders, sessions);
    this.stragglers = new Stragglers(ledger, moves, sessions);
    this.sessions = sessions;
    this.courier = courier;
    this.clock = clock;
  }

  /**
   * Takes up what an earlier process left, before any agent connects: deadlines go on, and what was
   * PREPARING waits again.
   */
  public void proceedAfterRestart() {
    store
        .read(
            tx ->
                tx.executions().preparing().stream()
                    .flatMap(id -> tx.executions().find(id).stream())
                    .toList())
        .forEach(
            execution -> {
              follow(execution);
              Tracked taken = tracked.get(execution.id());
              if (taken != null) {
                taken.moved(execution.progress());
                stragglers.waitAgain(execution.id());
              }
            });
  }

  /** Begins to look, on this timer until it is shut down. */
  public void start(ScheduledExecutorService timer) {
    var unused =
        timer.scheduleWithFixedDelay(
            this::look, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Follows an execution from the commit on that makes it; harmless for one whose nodes do not get
   * ready, and for one that is not committed in the end.
   */
  public void follow(Execution execution) {
    if (execution.order().prepare().isAsked()) {
      tracked.putIfAbsent(
          execution.id(),
          new Tracked(execution.id(), execution.order().prepare(), execution.cohortSize()));
    }
  }

  /** Returns how many executions are followed. */
  public int size() {
    return tracked.size();
  }

  @Override
  public void onCommit(Commit commit) {
    if (tracked.isEmpty()) {
      return;
    }
    boolean any = false;
    for (Commit.ExecutionMoved moved : commit.executions()) {
      @Nullable Tracked followed = tracked.get(moved.id());
      if (followed != null) {
        followed.moved(moved.after());
        any = true;
      }
    }
    if (any) {
      commit.changes().forEach(this::changed);
      commit.executions().forEach(moved -> heardAll(moved.id(), moved.after()));
      release.begin();
      commit.executions().forEach(moved -> proceed(moved.id(), clock.instant()));
    }
  }

  private void changed(InvocationChange change) {
    @Nullable Tracked followed = tracked.get(change.after().executionId());
    if (followed == null) {
      return;
    }
    if (followed.isIn(ExecutionState.PREPARING)) {
      followed.ready.changed(change);
    }
    if (change.after().state() != InvocationState.PREPARED) {
      return;
    }
    followed.gained();
    if (followed.isIn(ExecutionState.RUNNING)) {
      release.add(change.after().id());
    } else if (followed.isIn(ExecutionState.PREPARING)) {
      yieldWhereOthersWait(change.after().nodeId());
    }
  }

  private void heardAll(ExecutionId id, ExecutionProgress at) {
    @Nullable Tracked followed = tracked.get(id);
    if (followed != null) {
      if (at.state() == ExecutionState.PREPARING) {
        followed.ready.heardAll(at.revision());
      } else {
        followed.ready.forget();
      }
    }
  }

  /** An older barrier may wait for the slot that this one has got. */
  private void yieldWhereOthersWait(NodeId node) {
    Optional<NodeSession> session = sessions.find(node);
    if (session.isPresent() && session.get().isOverdrawn()) {
      courier.request(session.get());
    }
  }

  private void proceed(ExecutionId id, Instant now) {
    @Nullable Tracked followed = tracked.get(id);
    if (followed == null) {
      return;
    }
    if (followed.isDecidable(now)) {
      decide(followed);
    } else if (followed.waiting() == 0 && !followed.isIn(ExecutionState.PREPARING)) {
      close(followed);
    }
  }

  private void decide(Tracked barrier) {
    if (!barrier.deciding.compareAndSet(false, true)) {
      return;
    }
    int gains = barrier.gains();
    Ready.Known ready = barrier.ready.known();
    var unused =
        ledger
            .submit(LedgerEntry.weighing(Release.ROWS, tx -> decide(tx, barrier, ready)))
            .whenComplete(
                (decided, failure) -> {
                  barrier.deciding.set(false);
                  if (failure == null && decided.isPresent()) {
                    barrier.lacked(decided.get().missing(), gains);
                    proceed(barrier.id, clock.instant());
                  }
                });
  }

  /** Decides, and goes on with the first part of what follows in the same commit. */
  private Optional<Decided> decide(LedgerTransaction tx, Tracked barrier, Ready.Known ready) {
    boolean isExact = tx.progress(barrier.id).filter(ready::isExactly).isPresent();
    Optional<Decided> decided =
        decision.decide(tx, barrier, isExact ? Optional.of(ready.prepared()) : Optional.empty());
    if (decided.isPresent()) {
      switch (decided.get().verdict()) {
        case WAIT -> {}
        case OPEN -> {
          if (isExact) {
            release.first(tx, barrier, ready.prepared());
          } else {
            release.first(tx, barrier);
          }
        }
        case TOO_LATE, OUT_OF_REACH -> {
          int last = stragglers.cancelNext(tx, barrier.id, -1);
          if (last >= 0) {
            tx.afterCommit(() -> cancel(barrier, last));
          }
        }
      }
    }
    return decided;
  }

  private void cancel(Tracked barrier, int afterOrdinal) {
    if (barrier.sweeping.compareAndSet(false, true)) {
      stragglers.cancel(barrier.id, afterOrdinal, () -> barrier.sweeping.set(false));
    }
  }

  private void close(Tracked followed) {
    if (!followed.closing.compareAndSet(false, true)) {
      return;
    }
    var unused =
        ledger
            .submit(
                tx -> {
                  tx.store().executions().prepared(followed.id);
                  return true;
                })
            .whenComplete(
                (closed, failure) -> {
                  if (failure == null) {
                    tracked.remove(followed.id);
                  } else {
                    followed.closing.set(false); // The next look tries again.
                  }
                });
  }

  /** Does what is due, and what was missed. */
  void look() {
    Instant now = clock.instant();
    tracked.values().forEach(followed -> look(followed, now));
  }

  private void look(Tracked followed, Instant now) {
    boolean over = followed.preparation.isOver(now);
    if (followed.isUnheardOf()) {
      if (over) {
        tracked.remove(followed.id); // It was never committed.
      }
    } else if (followed.isIn(ExecutionState.PREPARING)) {
      followed.lacked(0, 0); // Sessions come and go without a commit that tells of it.
      proceed(followed.id, now);
    } else if (followed.waiting() == 0) {
      close(followed);
    } else if (followed.isIn(ExecutionState.ABORTED)) {
      cancel(followed, -1);
    } else if (followed.isIn(ExecutionState.RUNNING)) {
      if (followed.isAnyPrepared()) {
        release.all(followed);
      }
      if (over && followed.sweeping.compareAndSet(false, true)) {
        boolean lapsed = !now.isBefore(followed.preparation.reservedUntil());
        stragglers.expire(followed.id, lapsed, () -> followed.sweeping.set(false));
      }
    }
  }
}

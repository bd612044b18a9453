// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rollout;

import dev.muster.server.delivery.Materialiser;
import dev.muster.server.delivery.PacedSends;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionStore.CohortSlice;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.ledger.Commit;
import dev.muster.server.ledger.CommitListener;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerEntry;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.node.NodeId;
import dev.muster.server.rollout.RolloutStep.Outcome;
import dev.muster.server.session.CreditLease;
import dev.muster.server.session.SessionRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Drives the executions that go out in portions or pause at so many failures. Hears of every
 * commit, and asks the ledger where one of them may go on. What it remembers are hints; what counts
 * is read in the commit that acts on it, so a rollout goes on after a restart where it was. A look
 * four times a second finds what is due, and what the store could not take.
 *
 * <p>Bounded by the live executions. Thread-safe.
 */
public final class Rollouts implements CommitListener {
  private static final long LOOK_EVERY_MILLIS = 250;
  private static final Duration RETURN_GRACE = Duration.ofSeconds(2);

  private final Ledger ledger;
  private final LedgerStore store;
  private final RolloutStep step;
  private final PacedSends pace;
  private final InstantSource clock;
  private final Map<ExecutionId, Followed> followed = new ConcurrentHashMap<>();

  /** Makes the rollouts of one replica. */
  public Rollouts(
      Ledger ledger,
      LedgerStore store,
      Materialiser materialiser,
      PacedSends pace,
      SessionRegistry sessions,
      InstantSource clock) {
    this.ledger = ledger;
    this.store = store;
    this.step = new RolloutStep(materialiser, sessions);
    this.pace = pace;
    this.clock = clock;
  }

  /** Takes up what an earlier process left. */
  public void proceedAfterRestart() {
    store
        .read(
            tx ->
                tx.rollouts().open().stream()
                    .flatMap(id -> tx.executions().find(id).stream())
                    .map(execution -> of(execution, tx.rollouts().cohort(execution.id())))
                    .toList())
        .forEach(
            left -> {
              // Its nodes are still coming back, and who is connected goes first.
              left.dueAt(clock.instant().plus(RETURN_GRACE));
              followed.putIfAbsent(left.id, left);
            });
  }

  /** Begins to look, on this timer until it is shut down. */
  public void start(ScheduledExecutorService timer) {
    var unused =
        timer.scheduleWithFixedDelay(
            this::look, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Follows an execution that is durable, and opens its first wave.
   *
   * @param waiting its nodes that wait for their wave
   */
  public void follow(Execution execution, List<NodeId> waiting) {
    Followed added = of(execution, waiting);
    followed.putIfAbsent(added.id, added);
    ask(added);
  }

  private static Followed of(Execution execution, List<NodeId> waiting) {
    return new Followed(execution.id(), waiting, execution.order().expireTime());
  }

  /** Returns how many executions are followed. */
  public int size() {
    return followed.size();
  }

  @Override
  public void onCommit(Commit commit) {
    if (followed.isEmpty()) {
      return;
    }
    for (Commit.ExecutionMoved moved : commit.executions()) {
      @Nullable Followed mine = followed.get(moved.id());
      if (mine != null && matters(moved.before(), moved.after())) {
        ask(mine);
      }
    }
  }

  /** What settles or moves the execution lets a rollout go on; what heals was a failure. */
  private static boolean matters(ExecutionProgress before, ExecutionProgress after) {
    return before.state() != after.state()
        || before.counts().unsettled() != after.counts().unsettled()
        || before.counts().in(InvocationState.LOST) != after.counts().in(InvocationState.LOST);
  }

  private void ask(Followed rollout) {
    rollout.askAgain.set(true);
    if (!rollout.asking.compareAndSet(false, true)) {
      return; // Whoever got there first asks again.
    }
    askNext(rollout);
  }

  /** Asks, by whoever holds {@code asking}. */
  private void askNext(Followed rollout) {
    rollout.askAgain.set(false);
    CreditLease lease = new CreditLease();
    var unused =
        ledger
            .submit(LedgerEntry.weighing(CohortSlice.SIZE, tx -> step.take(tx, rollout, lease)))
            .whenComplete(
                (outcome, failure) -> {
                  if (failure != null) {
                    lease.giveBack();
                    rollout.dueAt(Instant.MIN); // The next look asks again.
                    rollout.asking.set(false);
                  } else {
                    answered(rollout, outcome);
                  }
                });
  }

  private void answered(Followed rollout, Outcome outcome) {
    if (outcome.isOver()) {
      followed.remove(rollout.id);
      return;
    }
    @Nullable Instant next = outcome.nextWaveTime();
    boolean isSooner = next != null && next.isBefore(rollout.expireTime);
    rollout.dueAt(isSooner && next != null ? next : due(rollout));
    if (outcome.isMore()) {
      pace.goOn(() -> askNext(rollout)); // Nobody else asks meanwhile: it goes by the pace.
      return;
    }
    rollout.asking.set(false);
    if (rollout.askAgain.get()) {
      ask(rollout);
    }
  }

  /** Once it has expired, all have been opened, and it settles by itself. */
  private Instant due(Followed rollout) {
    return clock.instant().isBefore(rollout.expireTime) ? rollout.expireTime : Instant.MAX;
  }

  /** Asks where something is due. */
  void look() {
    Instant now = clock.instant();
    for (Followed rollout : followed.values()) {
      if (rollout.isDue(now)) {
        ask(rollout);
      }
    }
  }
}

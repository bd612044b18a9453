// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rollout;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.delivery.Materialiser;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionEvent;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.ExecutionStore.CohortSlice;
import dev.muster.server.execution.RolloutRule;
import dev.muster.server.execution.RolloutRule.Decision;
import dev.muster.server.execution.RolloutRule.Verdict;
import dev.muster.server.execution.RolloutState;
import dev.muster.server.execution.RolloutStore.Rollout;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.session.CreditLease;
import dev.muster.server.session.SessionRegistry;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One step of a rollout inside a commit: asks the rule, opens what it lets open, or pauses the
 * execution. What it counts is what that commit sees. On the ledger's thread.
 */
final class RolloutStep {
  private final Materialiser materialiser;
  private final SessionRegistry sessions;

  RolloutStep(Materialiser materialiser, SessionRegistry sessions) {
    this.materialiser = materialiser;
    this.sessions = sessions;
  }

  /**
   * What came of it.
   *
   * @param isOver whether nothing is to be decided any more
   * @param isMore whether it could have gone on, but for the bound of a commit
   * @param nextWaveTime when the next wave opens; null: nothing waits for a time
   */
  record Outcome(boolean isOver, boolean isMore, @Nullable Instant nextWaveTime) {
    private static final Outcome RESTS = new Outcome(false, false, null);
    private static final Outcome OVER = new Outcome(true, false, null);
  }

  Outcome take(LedgerTransaction tx, Followed followed, CreditLease lease) {
    lease.begin();
    Optional<ExecutionProgress> progress = tx.progress(followed.id);
    Optional<Rollout> rollout = tx.store().rollouts().find(followed.id);
    if (progress.isEmpty() || rollout.isEmpty()) {
      return Outcome.OVER;
    }
    if (progress.get().state().isSettled()) {
      tx.store().rollouts().close(followed.id);
      return Outcome.OVER;
    }
    boolean isEnding =
        progress.get().state() == ExecutionState.CANCELLING
            || !tx.now().isBefore(followed.expireTime);
    if (isEnding) {
      return openRest(tx, followed, rollout.get(), lease);
    }
    return progress.get().state() == ExecutionState.RUNNING
        ? goOn(tx, followed, progress.get(), rollout.get(), lease)
        : Outcome.RESTS;
  }

  /** Whoever has not been opened yet is, so that it can be cancelled, or expires. */
  private Outcome openRest(
      LedgerTransaction tx, Followed followed, Rollout rollout, CreditLease lease) {
    int rest = Math.min(CohortSlice.SIZE, rollout.state().unopened());
    if (rest == 0) {
      return Outcome.RESTS;
    }
    RolloutState at = rollout.state();
    RolloutState after =
        new RolloutState(
            at.eligible(),
            at.opened() + rest,
            at.eligible(),
            at.wave(),
            at.forgiven(),
            at.canaryWaived(),
            null);
    open(tx, followed, rollout, after, lease);
    return new Outcome(false, after.unopened() > 0, null);
  }

  private Outcome goOn(
      LedgerTransaction tx,
      Followed followed,
      ExecutionProgress progress,
      Rollout rollout,
      CreditLease lease) {
    Execution execution = tx.store().executions().find(followed.id).orElseThrow();
    Decision decision =
        RolloutRule.decide(
            execution.plan().rollout(),
            rollout.state(),
            progress.counts(),
            tx.now(),
            CohortSlice.SIZE);
    switch (decision.verdict()) {
      case WAIT -> {
        if (!decision.state().equals(rollout.state())) {
          tx.store().rollouts().update(followed.id, new Rollout(decision.state(), rollout.taken()));
        }
      }
      case OPEN -> open(tx, followed, rollout, decision.state(), lease);
      case BUDGET_SPENT, CANARY_FAILED -> pause(tx, execution, progress, decision);
    }
    return new Outcome(false, decision.open() == CohortSlice.SIZE, decision.state().nextWaveTime());
  }

  private void open(
      LedgerTransaction tx,
      Followed followed,
      Rollout rollout,
      RolloutState after,
      CreditLease lease) {
    int size = after.opened() - rollout.state().opened();
    Wave wave =
        Wave.pick(followed.cohort, rollout.taken(), size, node -> sessions.find(node).isPresent());
    tx.store().rollouts().update(followed.id, new Rollout(after, wave.taken()));
    // In the order in which they open: whoever pages through them misses none.
    CohortSlice slice =
        new CohortSlice(followed.id, after.wave(), rollout.state().opened(), wave.nodes());
    Execution execution = tx.store().executions().find(followed.id).orElseThrow();
    materialiser.materialise(tx, slice, execution, lease);
  }

  private static void pause(
      LedgerTransaction tx, Execution execution, ExecutionProgress progress, Decision decision) {
    String reason = reason(execution, progress, decision);
    tx.move(execution.id(), ExecutionEvent.PAUSED, reason);
    tx.store().pauses().begin(execution.id(), tx.now());
    tx.audit(
        new AuditRecord(
            tx.now(),
            "execution.rollout",
            null,
            execution.order().projectId(),
            execution.id(),
            null,
            null,
            execution.order().action(),
            null,
            new AuditDetails()
                .add("verdict", decision.verdict().name())
                .add("reason", reason)
                .add("wave", decision.state().wave())
                .add("opened", decision.state().opened())
                .add("counts", progress.counts().toString())
                .json()));
  }

  private static String reason(Execution execution, ExecutionProgress progress, Decision decision) {
    String ended =
        Stream.of(InvocationState.values())
            .filter(state -> state.isSettled() && progress.counts().in(state) > 0)
            .map(state -> progress.counts().in(state) + " " + state)
            .collect(Collectors.joining(", "));
    RolloutState state = decision.state();
    if (decision.verdict() == Verdict.CANARY_FAILED) {
      return "Not every canary succeeded: " + ended + ". Resume to go on without them, or cancel.";
    }
    int budget = execution.plan().rollout().failuresOf(state.eligible());
    int since = RolloutRule.failures(state, progress.counts()) - state.forgiven();
    return since
        + (since == 1 ? " failure" : " failures")
        + (state.forgiven() > 0 ? " since it was resumed" : "")
        + ", and "
        + budget
        + " pause it: "
        + ended
        + ". Resume to allow as many again, or cancel.";
  }
}

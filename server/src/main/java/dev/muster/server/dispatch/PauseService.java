// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionEvent;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.ExecutionTransitions;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.RolloutRule;
import dev.muster.server.execution.RolloutStore.Rollout;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.request.RequestKey;
import dev.muster.server.request.Requests;
import dev.muster.server.session.SessionRegistry;
import dev.muster.server.session.SessionServices;
import java.util.List;
import java.util.Set;

/**
 * Pauses and resumes executions. PAUSED hands nothing more over; what is under way ends, and the
 * time in which the others may start stands still. Pausing what is PAUSED and resuming what is
 * RUNNING change nothing. Thread-safe; blocks until durable.
 */
public final class PauseService {
  private static final int ROWS = 1_000;

  private final Ledger ledger;
  private final LedgerStore store;
  private final SessionRegistry sessions;
  private final SessionServices.HandOvers courier;

  /** Makes the service. */
  public PauseService(
      Ledger ledger,
      LedgerStore store,
      SessionRegistry sessions,
      SessionServices.HandOvers courier) {
    this.ledger = ledger;
    this.store = store;
    this.sessions = sessions;
    this.courier = courier;
  }

  /**
   * Pauses an execution; returns it as it stands then.
   *
   * @throws BusException EXECUTION_NOT_FOUND, EXECUTION_ALREADY_TERMINAL, INVALID_STATE_TRANSITION,
   *     REQUEST_ID_REUSED
   */
  public Execution pause(ExecutionId id, RequestKey key, RequestedBy by, String reason) {
    var unused = ledger.call(tx -> pause(tx, id, key, by, reason));
    return find(id);
  }

  private Boolean pause(
      LedgerTransaction tx, ExecutionId id, RequestKey key, RequestedBy by, String reason) {
    if (Requests.replayed(tx.store().requests(), key).isPresent()) {
      return false;
    }
    ExecutionState from = from(tx, id, ExecutionEvent.PAUSED, ExecutionState.PAUSED);
    if (from != ExecutionState.PAUSED) {
      tx.move(id, ExecutionEvent.PAUSED, pausedBy(by, reason));
      tx.store().pauses().begin(id, tx.now());
    }
    note(tx, id, "execution.pause", key, by, from, reason);
    return true;
  }

  private static String pausedBy(RequestedBy by, String reason) {
    return "Paused by " + by.operatorName() + (reason.isEmpty() ? "." : ": " + reason);
  }

  /**
   * Resumes an execution; returns it as it stands then. Where its failures had paused it, as many
   * are allowed again; where a canary had, it goes on all the same.
   *
   * @throws BusException EXECUTION_NOT_FOUND, EXECUTION_ALREADY_TERMINAL, INVALID_STATE_TRANSITION,
   *     REQUEST_ID_REUSED
   */
  public Execution resume(ExecutionId id, RequestKey key, RequestedBy by, String reason) {
    if (ledger.call(tx -> resume(tx, id, key, by, reason))) {
      wake(id);
    }
    return find(id);
  }

  private Boolean resume(
      LedgerTransaction tx, ExecutionId id, RequestKey key, RequestedBy by, String reason) {
    if (Requests.replayed(tx.store().requests(), key).isPresent()) {
      return false;
    }
    ExecutionState from = from(tx, id, ExecutionEvent.RESUMED, ExecutionState.RUNNING);
    if (from == ExecutionState.PAUSED) {
      Execution execution = tx.store().executions().find(id).orElseThrow(() -> notFound(id));
      ExecutionProgress progress = tx.progress(id).orElseThrow(() -> notFound(id));
      tx.move(id, ExecutionEvent.RESUMED, "");
      tx.store().pauses().end(id, tx.now(), execution.order().expireTime());
      tx.store()
          .rollouts()
          .find(id)
          .ifPresent(
              rollout ->
                  tx.store()
                      .rollouts()
                      .update(
                          id,
                          new Rollout(
                              RolloutRule.resumed(
                                  execution.plan().rollout(), rollout.state(), progress.counts()),
                              rollout.taken())));
    }
    note(tx, id, "execution.resume", key, by, from, reason);
    return from == ExecutionState.PAUSED;
  }

  /**
   * Nodes whose invocations have waited ask for them: while it was PAUSED, they were told that
   * there is nothing. Should the server die before, they ask when they come back.
   */
  private void wake(ExecutionId id) {
    int[] after = {-1};
    while (true) {
      List<Invocation> waiting =
          store.read(
              tx ->
                  tx.invocations()
                      .ofExecution(id, after[0], Set.of(InvocationState.PENDING), ROWS));
      for (Invocation invocation : waiting) {
        sessions.find(invocation.nodeId()).ifPresent(courier::request);
      }
      if (waiting.size() < ROWS) {
        return;
      }
      after[0] = waiting.get(ROWS - 1).ordinal();
    }
  }

  /** Returns the state that it is in, which lets the event happen or is where it leads. */
  private static ExecutionState from(
      LedgerTransaction tx, ExecutionId id, ExecutionEvent event, ExecutionState there) {
    ExecutionState state = tx.progress(id).orElseThrow(() -> notFound(id)).state();
    if (state == there || ExecutionTransitions.target(state, event).isPresent()) {
      return state;
    }
    if (state.isSettled()) {
      throw BusException.of(ErrorReason.EXECUTION_ALREADY_TERMINAL)
          .message("Execution " + id + " is " + state + "; nothing of it is left to hand over.")
          .with("execution_id", id)
          .with("state", state)
          .build();
    }
    String legal = ExecutionTransitions.legalFrom(event).toString();
    throw BusException.of(ErrorReason.INVALID_STATE_TRANSITION)
        .message(
            "Execution "
                + id
                + " is "
                + state
                + "; it can become "
                + there
                + " from "
                + legal
                + ".")
        .with("execution_id", id)
        .with("state", state)
        .with("legal_from", legal)
        .build();
  }

  private static void note(
      LedgerTransaction tx,
      ExecutionId id,
      String verb,
      RequestKey key,
      RequestedBy by,
      ExecutionState from,
      String reason) {
    if (key.isPresent()) {
      tx.store().requests().insert(key, id.toString(), tx.now());
    }
    tx.audit(
        new AuditRecord(
            tx.now(),
            verb,
            by,
            key.projectId(),
            id,
            null,
            null,
            "",
            null,
            new AuditDetails().add("from", from.name()).add("reason", reason).json()));
  }

  private Execution find(ExecutionId id) {
    return store.read(tx -> tx.executions().find(id)).orElseThrow(() -> notFound(id));
  }

  private static BusException notFound(ExecutionId id) {
    return BusException.of(ErrorReason.EXECUTION_NOT_FOUND)
        .message("There is no execution " + id + ".")
        .with("execution_id", id)
        .build();
  }
}

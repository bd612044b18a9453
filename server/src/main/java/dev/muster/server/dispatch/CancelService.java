// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.dispatch;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.delivery.Cancellation;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionEvent;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerEntry;
import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.request.RequestKey;
import dev.muster.server.request.Requests;
import java.util.Set;

/**
 * Cancels executions. Cancelling again is fine until it has settled. Thread-safe; blocks until
 * durable.
 */
public final class CancelService {
  private static final int FIRST_PART = 1_000;

  private final Ledger ledger;
  private final LedgerStore store;
  private final Cancellation cancellation;

  /** Makes the service. */
  public CancelService(Ledger ledger, LedgerStore store, Cancellation cancellation) {
    this.ledger = ledger;
    this.store = store;
    this.cancellation = cancellation;
  }

  /**
   * Cancels an execution; returns it as it stands then.
   *
   * @throws BusException EXECUTION_NOT_FOUND, EXECUTION_ALREADY_TERMINAL, REQUEST_ID_REUSED
   */
  public Execution cancel(ExecutionId id, RequestKey key, RequestedBy by, String reason) {
    ledger.call(LedgerEntry.weighing(FIRST_PART, tx -> cancel(tx, id, key, by, reason)));
    return store.read(tx -> tx.executions().find(id)).orElseThrow(() -> notFound(id));
  }

  private Boolean cancel(
      LedgerTransaction tx, ExecutionId id, RequestKey key, RequestedBy by, String reason) {
    if (Requests.replayed(tx.store().requests(), key).isPresent()) {
      return false;
    }
    ExecutionState state = tx.progress(id).orElseThrow(() -> notFound(id)).state();
    if (state.isSettled()) {
      throw BusException.of(ErrorReason.EXECUTION_ALREADY_TERMINAL)
          .message("Execution " + id + " is " + state + "; there is nothing to cancel.")
          .with("execution_id", id)
          .with("state", state)
          .build();
    }
    if (state != ExecutionState.CANCELLING) {
      tx.move(id, ExecutionEvent.CANCEL_ASKED, "");
      tx.store().executions().recordCancel(id, tx.now(), reason);
    }
    if (key.isPresent()) {
      tx.store().requests().insert(key, id.toString(), tx.now());
    }
    tx.audit(
        new AuditRecord(
            tx.now(),
            "execution.cancel",
            by,
            key.projectId(),
            id,
            null,
            null,
            "",
            null,
            new AuditDetails().add("from", state.name()).add("reason", reason).json()));
    int reached = cancellation.cancelNext(tx, id, reason, by, -1);
    if (reached >= 0) {
      tx.afterCommit(() -> cancellation.proceed(id, reason, by));
    }
    return true;
  }

  /** Goes on, after a restart, with cancels that had not reached every invocation. */
  public void proceedAfterRestart() {
    for (ExecutionId id :
        store.read(
            tx -> tx.executions().inStates(Set.of(ExecutionState.CANCELLING), Integer.MAX_VALUE))) {
      Execution execution =
          store.read(tx -> tx.executions().find(id)).orElseThrow(() -> notFound(id));
      cancellation.proceed(id, execution.cancelReason(), execution.order().requestedBy());
    }
  }

  private static BusException notFound(ExecutionId id) {
    return BusException.of(ErrorReason.EXECUTION_NOT_FOUND)
        .message("There is no execution " + id + ".")
        .with("execution_id", id)
        .build();
  }
}

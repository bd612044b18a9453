// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.ExecutionStore.CohortSlice;
import dev.muster.server.execution.IneligibleNode;
import dev.muster.server.execution.Order;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationStore.NewInvocation;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerEntry;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeState;
import dev.muster.server.session.CreditLease;
import dev.muster.server.session.NodeSession;
import dev.muster.server.session.SessionRegistry;
import dev.muster.wire.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Makes the invocations of a frozen cohort, slice by slice: handed over at once where the node is
 * here and has credit, waiting otherwise. What is left of a large cohort goes on after a restart.
 * Thread-safe.
 */
public final class Materialiser {
  private final Ledger ledger;
  private final Courier courier;
  private final ServerMoves moves;
  private final HandOvers handOvers;
  private final Orders orders;
  private final SessionRegistry sessions;
  private final NodeDirectory directory;
  private final ScheduledExecutorService timer;
  private final Supplier<UUID> ids;
  private final String replica;

  /** Makes the materialiser of one replica. */
  public Materialiser(
      Ledger ledger,
      Courier courier,
      ServerMoves moves,
      HandOvers handOvers,
      Orders orders,
      SessionRegistry sessions,
      NodeDirectory directory,
      ScheduledExecutorService timer,
      Supplier<UUID> ids,
      String replica) {
    this.ledger = ledger;
    this.courier = courier;
    this.moves = moves;
    this.handOvers = handOvers;
    this.orders = orders;
    this.sessions = sessions;
    this.directory = directory;
    this.timer = timer;
    this.ids = ids;
    this.replica = replica;
  }

  /** Goes on with what is left, one slice per commit, until nothing is. */
  public void proceed() {
    CreditLease lease = new CreditLease();
    var unused =
        ledger
            .submit(LedgerEntry.weighing(CohortSlice.SIZE, tx -> materialiseNext(tx, lease)))
            .whenComplete(
                (more, failure) -> {
                  if (failure == null) {
                    if (more) {
                      handOvers.pace().goOn(this::proceed);
                    }
                    return;
                  }
                  lease.giveBack();
                  if (failure instanceof StoreException) {
                    var unusedTimer = timer.schedule(this::proceed, 1, TimeUnit.SECONDS);
                  }
                });
  }

  private Boolean materialiseNext(LedgerTransaction tx, CreditLease lease) {
    lease.begin();
    List<CohortSlice> left = tx.store().executions().unmaterialised(1);
    if (left.isEmpty()) {
      return false;
    }
    CohortSlice slice = left.get(0);
    Execution execution =
        tx.store()
            .executions()
            .find(slice.executionId())
            .orElseThrow(() -> new IllegalStateException("a slice of no execution: " + slice));
    materialise(tx, slice, execution, lease);
    return true;
  }

  /** Makes the invocations of a slice. On the ledger's thread; the lease has begun. */
  public void materialise(
      LedgerTransaction tx, CohortSlice slice, Execution execution, CreditLease lease) {
    Duration startWithin = execution.startWithin();
    Order order = orders.of(tx.store(), slice.executionId());
    ExecutionProgress progress = tx.progress(slice.executionId()).orElseThrow();
    // A PREPARE goes out in the order of the commits: behind the one that settles its invocation,
    // the node would get ready for nothing.
    boolean isLarge = execution.cohortSize() > PacedSends.PORTION && !order.prepare().isAsked();
    int handedOver = 0;
    int ordinal = slice.firstOrdinal();
    for (NodeId nodeId : slice.nodes()) {
      Invocation waiting =
          Invocation.pending(
              new InvocationId(ids.get()),
              slice.executionId(),
              nodeId,
              ordinal++,
              tx.now(),
              // The same for all of a cohort: by it barriers know which of them is the older.
              order.prepare().isAsked() ? execution.createTime() : tx.now(),
              startDeadline(order, startWithin, tx.now()));
      handedOver += insert(tx, waiting, order, progress, startWithin, lease, isLarge) ? 1 : 0;
    }
    tx.store().executions().materialised(slice.executionId(), slice.slice());
    tx.audit(
        new AuditRecord(
            tx.now(),
            "execution.materialise",
            null,
            order.projectId(),
            slice.executionId(),
            null,
            null,
            order.action(),
            null,
            new AuditDetails()
                .add("slice", slice.slice())
                .add("invocations", slice.nodes().size())
                .add("handed_over", handedOver)
                .json()));
  }

  /**
   * Records nodes that failed a gate, as REJECTED, in the positions from {@code firstOrdinal} on.
   * On the ledger's thread.
   */
  public void reject(
      LedgerTransaction tx, Execution execution, int firstOrdinal, List<IneligibleNode> nodes) {
    int ordinal = firstOrdinal;
    for (IneligibleNode node : nodes) {
      Invocation waiting =
          Invocation.pending(
              new InvocationId(ids.get()),
              execution.id(),
              node.nodeId(),
              ordinal++,
              tx.now(),
              tx.now(),
              startDeadline(execution.order(), execution.startWithin(), tx.now()));
      rejected(tx, waiting, Driver.GATE, node.reason(), node.message());
    }
  }

  private boolean insert(
      LedgerTransaction tx,
      Invocation waiting,
      Order order,
      ExecutionProgress progress,
      Duration startWithin,
      CreditLease lease,
      boolean isLarge) {
    if (progress.state() == ExecutionState.CANCELLING) {
      cancelled(tx, waiting, Driver.OPERATOR, "CANCELLED");
      return false;
    }
    if (progress.state() == ExecutionState.ABORTED) {
      cancelled(tx, waiting, Driver.BARRIER, "BARRIER_FAILED");
      return false;
    }
    Optional<Node> node = directory.find(waiting.nodeId());
    if (node.isEmpty() || node.get().state() == NodeState.REVOKED) {
      rejected(tx, waiting, Driver.REVOCATION, "NODE_REVOKED", "");
      return false;
    }
    if (progress.state() == ExecutionState.PAUSED || !tx.now().isBefore(waiting.startDeadline())) {
      insert(tx, waiting, Driver.DISPATCH, ""); // Until the resume, or until the clock comes by.
      return false;
    }
    Optional<NodeSession> session = sessions.find(waiting.nodeId());
    if (session.isPresent() && lease.tryTake(session.get())) {
      Invocation handedOver =
          handOvers.handedOver(waiting, Driver.DISPATCH, session.get(), order, tx.now()).after();
      insert(tx, handedOver, Driver.DISPATCH, "");
      // The row's revision is the flush's to give; the node does not need it.
      tx.afterCommit(
          isLarge
              ? () -> handOvers.sendInTurn(handedOver, session.get(), order)
              : () -> HandOvers.send(handedOver, session.get(), order));
      return true;
    }
    if (startWithin.isZero() && session.isEmpty()) {
      rejected(
          tx,
          waiting,
          Driver.GATE,
          "NODE_OFFLINE",
          "The node was not connected, and start_within is 0.");
      return false;
    }
    insert(tx, waiting, Driver.DISPATCH, "");
    if (order.prepare().isBarrier()
        && session.filter(NodeSession::mayKeepReservations).isPresent()) {
      tx.afterCommit(() -> courier.request(session.get())); // A younger barrier may have to yield.
    }
    return false;
  }

  /** No invocation begins as CANCELLED: it waited, be it for this commit only. */
  private void cancelled(LedgerTransaction tx, Invocation waiting, Driver driver, String reason) {
    insert(tx, waiting, Driver.DISPATCH, "");
    moves
        .settle(waiting, InvocationEvent.CANCELLED_BEFORE_HAND_OVER, driver, reason, "", tx.now())
        .ifPresent(tx::change);
  }

  private void rejected(
      LedgerTransaction tx, Invocation waiting, Driver driver, String reason, String message) {
    insert(
        tx, waiting.settled(InvocationState.REJECTED, reason, message, tx.now()), driver, reason);
  }

  private void insert(LedgerTransaction tx, Invocation invocation, Driver driver, String reason) {
    tx.insert(
        new NewInvocation(
            invocation,
            new HistoryEntry(
                null,
                invocation.state(),
                tx.now(),
                driver,
                replica,
                invocation.epoch(),
                reason,
                null,
                0)));
  }

  private static Instant startDeadline(Order order, Duration startWithin, Instant now) {
    // "Connected now" is judged above; the way to the node, the wait for a slot, and getting ready
    // still take their time.
    Instant deadline = now.plus(startWithin.isZero() ? Limits.REPORT_SLACK : startWithin);
    if (startWithin.isZero() && order.prepare().isAsked()) {
      deadline = order.prepare().reservedUntil();
    }
    return deadline.isBefore(order.expireTime()) ? deadline : order.expireTime();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.benchmarks;

import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionStore.CohortSlice;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.Reports;
import dev.muster.server.invocation.StepsDecision;
import dev.muster.server.jdbc.JdbcLedgerStore;
import dev.muster.server.jdbc.SqliteSettings;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.ledger.LedgerEntry;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.node.NodeId;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The server's ledger over SQLite in a folder of its own, with full durability. What it commits is
 * what a server commits for a cohort of a thousand nodes.
 */
final class LedgerBed implements AutoCloseable {
  /** Nodes of a cohort, hence invocations of a commit. */
  static final int COHORT = CohortSlice.SIZE;

  private final TempFolder folder;
  private final JdbcLedgerStore store;
  private final Ledger ledger;
  private final List<NodeId> nodes =
      Stream.generate(() -> new NodeId(UUID.randomUUID())).limit(COHORT).toList();

  private LedgerBed(TempFolder folder) {
    this.folder = folder;
    this.store = JdbcLedgerStore.open(SqliteSettings.in(folder.path()), Samples.REPLICA);
    this.ledger = new Ledger(store, InstantSource.system(), List.of());
  }

  /** Returns one whose ledger runs. */
  static LedgerBed open() {
    LedgerBed bed = new LedgerBed(TempFolder.make());
    bed.ledger.start();
    return bed;
  }

  Path folder() {
    return folder.path();
  }

  JdbcLedgerStore store() {
    return store;
  }

  Ledger ledger() {
    return ledger;
  }

  /** Commits an execution with a cohort and its invocations, all handed over. */
  List<Invocation> dispatch() {
    return ledger.call(LedgerEntry.weighing(COHORT, this::dispatch));
  }

  private List<Invocation> dispatch(LedgerTransaction tx) {
    Execution execution = Samples.execution(COHORT, tx.now());
    tx.create(execution, List.of(new CohortSlice(execution.id(), 0, 0, nodes)));
    List<Invocation> dispatched = new ArrayList<>(COHORT);
    for (int i = 0; i < COHORT; i++) {
      Invocation invocation = Samples.dispatched(execution.id(), nodes.get(i), i, tx.now());
      dispatched.add(invocation);
      tx.insert(Samples.added(invocation, tx.now()));
    }
    tx.store().executions().materialised(execution.id(), 0);
    tx.audit(Samples.materialised(execution, tx.now()));
    return dispatched;
  }

  /** Decides on the whole course of each, reported at once. */
  static List<InvocationChange> decide(List<Invocation> dispatched) {
    Instant now = Instant.now();
    return dispatched.stream()
        .map(
            invocation ->
                Reports.decide(
                    invocation, Samples.wholeCourse(now), Driver.NODE, Samples.REPLICA, now))
        .map(decision -> ((StepsDecision.Apply) decision).change())
        .toList();
  }

  /** Commits changes in one entry. */
  int changeAtOnce(List<InvocationChange> changes) {
    return ledger.call(
        LedgerEntry.weighing(
            changes.size(),
            tx -> {
              changes.forEach(tx::change);
              return changes.size();
            }));
  }

  /** Commits changes as sessions do, each for itself, and returns when all are durable. */
  int changeEach(List<InvocationChange> changes) {
    List<CompletableFuture<Boolean>> answers = new ArrayList<>(changes.size());
    for (InvocationChange change : changes) {
      answers.add(ledger.change(change));
    }
    int hits = 0;
    for (CompletableFuture<Boolean> answer : answers) {
      hits += Ledger.await(answer) ? 1 : 0;
    }
    if (hits != changes.size()) {
      throw new IllegalStateException(changes.size() - hits + " changes missed");
    }
    return hits;
  }

  /** Lets go of the database, which stays until {@link #close}. */
  void stop() {
    ledger.close();
    store.close();
  }

  @Override
  public void close() {
    stop();
    folder.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.audit.AuditDetails;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.catalog.Catalog;
import dev.muster.server.catalog.CatalogChange;
import dev.muster.server.catalog.CatalogCheck;
import dev.muster.server.catalog.CatalogDirectory;
import dev.muster.server.catalog.CatalogRefusal;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Checks and stores announced catalogs. Compiling schemas takes time, so it runs on an executor of
 * its own, never on a transport thread. Thread-safe.
 */
public final class CatalogIntake {
  private final Executor executor;
  private final CatalogCheck check;
  private final Ledger ledger;
  private final CatalogDirectory catalogs;
  private final NodeDirectory directory;

  /** Makes an intake; the executor is bounded and refuses when full. */
  public CatalogIntake(
      Executor executor,
      CatalogCheck check,
      Ledger ledger,
      CatalogDirectory catalogs,
      NodeDirectory directory) {
    this.executor = executor;
    this.check = check;
    this.ledger = ledger;
    this.catalogs = catalogs;
    this.directory = directory;
  }

  /** What became of a catalog. */
  record Taken(List<CatalogChange> changes, List<CatalogRefusal> refusals) {}

  /** Takes a node's catalog; completes once it is durable. */
  CompletableFuture<Taken> take(NodeId id, AnnouncedCatalog announced) {
    return CompletableFuture.supplyAsync(
            () -> check.check(announced.digest(), announced.actions()), executor)
        .thenCompose(outcome -> store(id, outcome));
  }

  private CompletableFuture<Taken> store(NodeId id, CatalogCheck.Outcome outcome) {
    return ledger.submit(
        tx -> {
          Node node = tx.store().nodes().find(id).orElseThrow();
          Catalog before = catalogs.find(node.catalogDigest()).orElse(Catalog.EMPTY);
          List<CatalogChange> changes = CatalogChange.between(before, outcome.catalog());
          Node updated = node.withCatalogDigest(outcome.catalog().digest());
          tx.store().catalogs().put(outcome.catalog());
          tx.store().nodes().update(updated);
          tx.audit(
              new AuditRecord(
                  tx.now(),
                  "node.catalog",
                  null,
                  node.projectId(),
                  null,
                  null,
                  id,
                  "",
                  null,
                  new AuditDetails()
                      .add("digest", outcome.catalog().digest().toString())
                      .add("changed", changes.stream().map(CatalogChange::action).toList())
                      .add(
                          "refused",
                          outcome.refusals().stream().map(CatalogRefusal::action).toList())
                      .json()));
          tx.afterCommit(
              () -> {
                catalogs.add(outcome.catalog());
                directory.put(updated);
              });
          return new Taken(changes, outcome.refusals());
        });
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.node.Node;
import dev.muster.wire.Sha256;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All catalogs, in memory, each once however many nodes have it: what is durable and nothing else.
 * Thread-safe; never blocks.
 */
public final class CatalogDirectory {
  private final Map<Sha256, Catalog> byDigest = new ConcurrentHashMap<>();

  /**
   * Returns the catalogs of a store.
   *
   * @throws dev.muster.server.ledger.StoreException where it cannot be read
   */
  public static CatalogDirectory load(LedgerStore store) {
    CatalogDirectory directory = new CatalogDirectory();
    store.read(
        tx -> {
          tx.catalogs().forEach(directory::add);
          return directory;
        });
    return directory;
  }

  /** Adds a catalog. Called after the commit that stored it. */
  public void add(Catalog catalog) {
    byDigest.putIfAbsent(catalog.digest(), catalog);
  }

  /** Returns a catalog, if it is known. */
  public Optional<Catalog> find(Sha256 digest) {
    return digest.equals(Catalog.EMPTY.digest())
        ? Optional.of(Catalog.EMPTY)
        : Optional.ofNullable(byDigest.get(digest));
  }

  /** Returns what a node can do. */
  public Catalog of(Node node) {
    return find(node.catalogDigest()).orElse(Catalog.EMPTY);
  }
}

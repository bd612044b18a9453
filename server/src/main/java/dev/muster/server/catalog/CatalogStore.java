// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.wire.Sha256;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Catalogs in the store, each once however many nodes announce it, inside one transaction. Not
 * thread-safe.
 */
public interface CatalogStore {
  /** Adds a catalog; nothing happens where it is known. */
  void put(Catalog catalog);

  /** Returns one. */
  Optional<Catalog> find(Sha256 digest);

  /** Hands every catalog that a node has to the consumer. */
  void forEach(Consumer<Catalog> consumer);
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.catalog.Catalog;
import dev.muster.server.catalog.CatalogStore;
import dev.muster.wire.Sha256;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;

/** Catalogs: table {@code catalog}. */
final class JdbcCatalogStore implements CatalogStore {
  private final Statements statements;

  JdbcCatalogStore(Statements statements) {
    this.statements = statements;
  }

  private static final String PUT =
      """
      INSERT INTO catalog (digest, actions)
      VALUES (?, ?)
      ON CONFLICT DO NOTHING
      """;

  @Override
  public void put(Catalog catalog) {
    statements.update(
        PUT, params -> params.bytes(catalog.digest().bytes()).bytes(CatalogCodec.encode(catalog)));
  }

  static final String FIND =
      """
      SELECT digest, actions
      FROM catalog
      WHERE digest = ?
      """;

  @Override
  public Optional<Catalog> find(Sha256 digest) {
    return statements.find(FIND, params -> params.bytes(digest.bytes()), JdbcCatalogStore::catalog);
  }

  static final String IN_USE =
      """
      SELECT digest, actions
      FROM catalog
      WHERE EXISTS (SELECT 1 FROM node WHERE node.catalog_digest = catalog.digest)
      """;

  @Override
  public void forEach(Consumer<Catalog> consumer) {
    statements.forEach(IN_USE, Statements.Binding.NONE, JdbcCatalogStore::catalog, consumer);
  }

  private static Catalog catalog(Row row) throws SQLException {
    return CatalogCodec.decode(Sha256.of(row.bytes()), row.bytes());
  }
}

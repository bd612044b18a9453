// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeKey;
import dev.muster.server.node.NodeKeyStore;
import dev.muster.wire.Sha256;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** Keys of nodes: table {@code node_key}. */
final class JdbcNodeKeyStore implements NodeKeyStore {
  private final Statements statements;

  JdbcNodeKeyStore(Statements statements) {
    this.statements = statements;
  }

  private static final String INSERT =
      """
      INSERT INTO node_key (id, node_id, hash, create_time, first_used_time)
      VALUES (?, ?, ?, ?, ?)
      """;

  @Override
  public void insert(NodeKey key) {
    statements.update(
        INSERT,
        params ->
            params
                .id(key.id())
                .id(key.nodeId().value())
                .bytes(key.hash().bytes())
                .time(key.createTime())
                .time(key.firstUsedTime()));
  }

  private static final String RECORD_FIRST_USE =
      """
      UPDATE node_key
      SET first_used_time = ?
      WHERE id = ? AND first_used_time IS NULL
      """;

  @Override
  public void recordFirstUse(UUID keyId, Instant time) {
    statements.update(RECORD_FIRST_USE, params -> params.time(time).id(keyId));
  }

  private static final String DELETE =
      """
      DELETE FROM node_key
      WHERE id = ?
      """;

  @Override
  public void delete(UUID keyId) {
    statements.update(DELETE, params -> params.id(keyId));
  }

  static final String OF_NODE =
      """
      SELECT id, node_id, hash, create_time, first_used_time
      FROM node_key
      WHERE node_id = ?
      ORDER BY create_time, id
      """;

  @Override
  public List<NodeKey> ofNode(NodeId node) {
    return statements.list(OF_NODE, params -> params.id(node.value()), JdbcNodeKeyStore::key);
  }

  private static final String ALL =
      """
      SELECT id, node_id, hash, create_time, first_used_time
      FROM node_key
      """;

  @Override
  public void forEach(Consumer<NodeKey> consumer) {
    statements.forEach(ALL, Statements.Binding.NONE, JdbcNodeKeyStore::key, consumer);
  }

  private static NodeKey key(Row row) throws SQLException {
    return new NodeKey(
        row.id(), new NodeId(row.id()), Sha256.of(row.bytes()), row.time(), row.nullableTime());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.node.JoinTokenRecord;
import dev.muster.server.node.JoinTokenStore;
import dev.muster.server.node.NodeId;
import dev.muster.wire.Sha256;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Join tokens and their uses: tables {@code join_token} and {@code join_token_use}. */
final class JdbcJoinTokenStore implements JoinTokenStore {
  private static final String COLUMNS =
      """
      id, project_id, hash, description, max_uses, uses, expire_time, labels, label_choices, node_name,
        replace_node, forget_after, revoked, create_time, created_by
      """;

  private static final UUID GREATEST_ID = new UUID(-1, -1);

  private final Statements statements;

  JdbcJoinTokenStore(Statements statements) {
    this.statements = statements;
  }

  private static final String INSERT =
      "INSERT INTO join_token ("
          + COLUMNS
          + """
          ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """;

  @Override
  public void insert(JoinTokenRecord token) {
    statements.update(
        INSERT,
        params ->
            params
                .id(token.id())
                .text(token.projectId())
                .bytes(token.hash().bytes())
                .text(token.description())
                .number(token.maxUses())
                .number(token.uses())
                .time(token.expireTime())
                .text(StoredMaps.json(token.labels()))
                .text(StoredMaps.json(token.labelChoices()))
                .text(token.nodeName())
                .flag(token.replace())
                .span(token.forgetAfter())
                .flag(token.revoked())
                .time(token.createTime())
                .text(token.createdBy()));
  }

  static final String FIND =
      "SELECT "
          + COLUMNS
          + """
          FROM join_token
          WHERE id = ?
          """;

  @Override
  public Optional<JoinTokenRecord> find(UUID id) {
    return statements.find(FIND, params -> params.id(id), JdbcJoinTokenStore::token);
  }

  static final String LIST =
      "SELECT "
          + COLUMNS
          + """
          FROM join_token
          WHERE project_id = ? AND id < ?
          ORDER BY id DESC
          LIMIT ?
          """;

  @Override
  public List<JoinTokenRecord> list(String projectId, Optional<UUID> before, int limit) {
    return statements.list(
        LIST,
        params -> params.text(projectId).id(before.orElse(GREATEST_ID)).number(limit),
        JdbcJoinTokenStore::token);
  }

  private static JoinTokenRecord token(Row row) throws SQLException {
    return new JoinTokenRecord(
        row.id(),
        row.text(),
        Sha256.of(row.bytes()),
        row.text(),
        row.number(),
        row.number(),
        row.time(),
        StoredMaps.texts(row.text()),
        StoredMaps.choices(row.text()),
        row.text(),
        row.flag(),
        row.span(),
        row.flag(),
        row.time(),
        row.text());
  }

  private static final String REVOKE =
      """
      UPDATE join_token
      SET revoked = 1
      WHERE id = ?
      """;

  @Override
  public void revoke(UUID id) {
    statements.update(REVOKE, params -> params.id(id));
  }

  private static final String COUNT_USE =
      """
      UPDATE join_token
      SET uses = uses + 1
      WHERE id = ?
      """;

  private static final String INSERT_USE =
      """
      INSERT INTO join_token_use (token_id, request_id, node_id, key_id)
      VALUES (?, ?, ?, ?)
      """;

  @Override
  public void recordUse(UUID tokenId, String requestId, NodeId node, UUID keyId) {
    statements.update(COUNT_USE, params -> params.id(tokenId));
    statements.update(
        INSERT_USE,
        params ->
            params
                .id(tokenId)
                .text(requestId.isEmpty() ? null : requestId)
                .id(node.value())
                .id(keyId));
  }

  private static final String REPLACE_KEY =
      """
      UPDATE join_token_use
      SET key_id = ?
      WHERE token_id = ? AND request_id = ?
      """;

  @Override
  public void replaceKey(UUID tokenId, String requestId, UUID keyId) {
    statements.update(REPLACE_KEY, params -> params.id(keyId).id(tokenId).text(requestId));
  }

  static final String FIND_USE =
      """
      SELECT node_id, key_id
      FROM join_token_use
      WHERE token_id = ? AND request_id = ?
      """;

  @Override
  public Optional<Use> findUse(UUID tokenId, String requestId) {
    return statements.find(
        FIND_USE,
        params -> params.id(tokenId).text(requestId),
        row -> new Use(new NodeId(row.id()), row.id()));
  }
}

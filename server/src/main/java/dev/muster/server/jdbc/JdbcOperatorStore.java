// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.access.Operator;
import dev.muster.server.access.OperatorStore;
import dev.muster.server.access.Role;
import dev.muster.wire.Sha256;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Operators and their tokens: tables {@code operator} and {@code operator_token}. */
final class JdbcOperatorStore implements OperatorStore {
  private final Statements statements;

  JdbcOperatorStore(Statements statements) {
    this.statements = statements;
  }

  private static final String INSERT =
      """
      INSERT INTO operator (id, name, role, create_time)
      VALUES (?, ?, ?, ?)
      """;

  @Override
  public void insert(Operator operator, Instant now) {
    statements.update(
        INSERT,
        params -> params.text(operator.id()).text(operator.name()).word(operator.role()).time(now));
  }

  private static final String INSERT_TOKEN =
      """
      INSERT INTO operator_token (id, operator_id, name, hash, expire_time)
      VALUES (?, ?, ?, ?, ?)
      """;

  @Override
  public void insertToken(TokenRecord token) {
    statements.update(
        INSERT_TOKEN,
        params ->
            params
                .id(token.id())
                .text(token.operatorId())
                .text(token.name())
                .bytes(token.hash().bytes())
                .time(token.expireTime()));
  }

  private static final String IS_EMPTY =
      """
      SELECT id
      FROM operator
      LIMIT 1
      """;

  @Override
  public boolean isEmpty() {
    return statements.find(IS_EMPTY, Statements.Binding.NONE, Row::text).isEmpty();
  }

  static final String FIND_TOKEN =
      """
      SELECT t.id, t.operator_id, t.name, t.hash, t.expire_time, o.id, o.name, o.role
      FROM operator_token t JOIN operator o ON o.id = t.operator_id
      WHERE t.id = ?
      """;

  @Override
  public Optional<TokenOwner> findToken(UUID tokenId) {
    return statements.find(FIND_TOKEN, params -> params.id(tokenId), JdbcOperatorStore::owner);
  }

  private static TokenOwner owner(Row row) throws SQLException {
    return new TokenOwner(
        new TokenRecord(
            row.id(), row.text(), row.text(), Sha256.of(row.bytes()), row.nullableTime()),
        new Operator(row.text(), row.text(), row.word(Role.class)));
  }
}

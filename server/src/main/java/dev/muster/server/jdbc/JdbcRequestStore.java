// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.request.RequestKey;
import dev.muster.server.request.RequestStore;
import dev.muster.wire.Sha256;
import java.time.Instant;
import java.util.Optional;

/** Recognised requests: table {@code request}. */
final class JdbcRequestStore implements RequestStore {
  private final Statements statements;

  JdbcRequestStore(Statements statements) {
    this.statements = statements;
  }

  static final String FIND =
      """
      SELECT body, made
      FROM request
      WHERE caller = ? AND project_id = ? AND method = ? AND request_id = ?
      """;

  @Override
  public Optional<Recorded> find(RequestKey key) {
    return statements.find(
        FIND,
        params ->
            params
                .text(key.caller())
                .text(key.projectId())
                .text(key.method())
                .text(key.requestId()),
        row -> new Recorded(Sha256.of(row.bytes()), row.text()));
  }

  private static final String INSERT =
      """
      INSERT INTO request (caller, project_id, method, request_id, body, made, create_time)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """;

  @Override
  public void insert(RequestKey key, String made, Instant now) {
    statements.update(
        INSERT,
        params ->
            params
                .text(key.caller())
                .text(key.projectId())
                .text(key.method())
                .text(key.requestId())
                .bytes(key.body().bytes())
                .text(made)
                .time(now));
  }

  static final String PRUNE =
      """
      DELETE FROM request
      WHERE (caller, project_id, method, request_id) IN (
        SELECT caller, project_id, method, request_id
        FROM request
        WHERE create_time < ?
        ORDER BY create_time
        LIMIT ?)
      """;

  @Override
  public int prune(Instant before, int limit) {
    return statements.update(PRUNE, params -> params.time(before).number(limit));
  }
}

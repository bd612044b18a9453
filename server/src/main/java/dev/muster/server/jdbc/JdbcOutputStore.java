// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.invocation.InvocationId;
import dev.muster.server.output.OutputStore;
import dev.muster.server.output.RunStream;
import dev.muster.server.output.StoredOutput;
import dev.muster.wire.Sha256;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Stored output: table {@code output}. */
final class JdbcOutputStore implements OutputStore {
  private final Statements statements;

  JdbcOutputStore(Statements statements) {
    this.statements = statements;
  }

  static final String FIND =
      """
      SELECT invocation_id, stream, file, size_bytes, sha256, create_time
      FROM output
      WHERE invocation_id = ? AND stream = ?
      """;

  @Override
  public Optional<StoredOutput> find(InvocationId invocation, RunStream stream) {
    return statements.find(
        FIND, params -> params.id(invocation.value()).word(stream), JdbcOutputStore::output);
  }

  private static final String PUT =
      """
      INSERT INTO output (invocation_id, stream, file, size_bytes, sha256, create_time)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (invocation_id, stream) DO UPDATE
      SET file = excluded.file, size_bytes = excluded.size_bytes, sha256 = excluded.sha256,
        create_time = excluded.create_time
      """;

  @Override
  public void put(StoredOutput output) {
    statements.update(
        PUT,
        params ->
            params
                .id(output.invocation().value())
                .word(output.stream())
                .id(output.file())
                .number(output.size())
                .bytes(output.sha256().bytes())
                .time(output.createTime()));
  }

  private static final String DELETE =
      """
      DELETE FROM output
      WHERE invocation_id = ? AND stream = ? AND file = ?
      """;

  @Override
  public void delete(StoredOutput output) {
    statements.update(
        DELETE,
        params -> params.id(output.invocation().value()).word(output.stream()).id(output.file()));
  }

  static final String OLDEST =
      """
      SELECT invocation_id, stream, file, size_bytes, sha256, create_time
      FROM output
      WHERE create_time > 0
      ORDER BY create_time
      LIMIT ?
      """;

  @Override
  public List<StoredOutput> oldest(int limit) {
    return statements.list(OLDEST, params -> params.number(limit), JdbcOutputStore::output);
  }

  private static final String TOTAL_BYTES =
      """
      SELECT COALESCE(SUM(size_bytes), 0)
      FROM output
      """;

  @Override
  public long totalBytes() {
    return statements.find(TOTAL_BYTES, Statements.Binding.NONE, Row::longNumber).orElse(0L);
  }

  private static final String FILES =
      """
      SELECT file
      FROM output
      """;

  @Override
  public void forEachFile(Consumer<UUID> consumer) {
    statements.forEach(FILES, Statements.Binding.NONE, Row::id, consumer);
  }

  private static StoredOutput output(Row row) throws SQLException {
    return new StoredOutput(
        new InvocationId(row.id()),
        row.word(RunStream.class),
        row.id(),
        row.longNumber(),
        Sha256.of(row.bytes()),
        row.time());
  }
}

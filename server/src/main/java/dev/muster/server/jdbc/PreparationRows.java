// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.Preparation;
import dev.muster.server.execution.PrepareMode;
import dev.muster.server.execution.PreparePolicy;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How executions get their nodes ready: table {@code execution_prepare}. */
final class PreparationRows {
  /** What {@link #read} reads; null where an execution has no row. */
  static final String COLUMNS =
      "prepare_mode, quorum_count, quorum_percent, prepare_within, prepare_deadline";

  /** Beside each execution its preparation, where it has one. */
  static final String EXECUTION =
      " execution LEFT JOIN execution_prepare ON execution_prepare.execution_id = execution.id ";

  private static final String INSERT =
      """
      INSERT INTO execution_prepare (execution_id, prepare_mode, quorum_count, quorum_percent,
        prepare_within, prepare_deadline, closed)
      VALUES (?, ?, ?, ?, ?, ?, 0)
      """;

  static final String OPEN =
      """
      SELECT execution_id
      FROM execution_prepare
      WHERE closed = 0
      ORDER BY execution_id
      """;

  static final String CLOSE =
      """
      UPDATE execution_prepare
      SET closed = 1
      WHERE execution_id = ?
      """;

  private final Statements statements;

  PreparationRows(Statements statements) {
    this.statements = statements;
  }

  void insert(Execution execution) {
    Preparation preparation = execution.order().prepare();
    if (preparation.isAsked()) {
      PreparePolicy policy = preparation.policy();
      statements.update(
          INSERT,
          params ->
              params
                  .id(execution.id().value())
                  .word(policy.mode())
                  .number(policy.quorumCount())
                  .number(policy.quorumPercent())
                  .span(policy.within())
                  .time(preparation.deadline()));
    }
  }

  List<ExecutionId> open() {
    return statements.list(OPEN, Statements.Binding.NONE, row -> new ExecutionId(row.id()));
  }

  void close(ExecutionId id) {
    statements.update(CLOSE, params -> params.id(id.value()));
  }

  static Preparation read(Row row) throws SQLException {
    @Nullable PrepareMode mode = row.nullableWord(PrepareMode.class);
    int quorumCount = row.number();
    int quorumPercent = row.number();
    long within = row.longNumber();
    long deadline = row.longNumber();
    return mode == null
        ? Preparation.NONE
        : new Preparation(
            new PreparePolicy(mode, quorumCount, quorumPercent, StoredTimes.duration(within)),
            StoredTimes.instant(deadline));
  }
}

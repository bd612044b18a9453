// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionStore.CohortSlice;
import java.util.List;

/** Frozen cohorts, slice by slice: table {@code cohort_slice}. */
final class CohortRows {
  private static final String INSERT_SLICE =
      """
      INSERT INTO cohort_slice (execution_id, slice, first_ordinal, materialised, nodes)
      VALUES (?, ?, ?, 0, ?)
      """;

  private final Statements statements;

  CohortRows(Statements statements) {
    this.statements = statements;
  }

  void insert(List<CohortSlice> cohort) {
    statements.batch(
        INSERT_SLICE,
        cohort,
        (params, slice) ->
            params
                .id(slice.executionId().value())
                .number(slice.slice())
                .number(slice.firstOrdinal())
                .bytes(StoredIds.pack(slice.nodes())));
  }

  static final String MATERIALISED =
      """
      UPDATE cohort_slice
      SET materialised = 1
      WHERE execution_id = ? AND slice = ?
      """;

  void materialised(ExecutionId id, int slice) {
    statements.update(MATERIALISED, params -> params.id(id.value()).number(slice));
  }

  static final String UNMATERIALISED =
      """
      SELECT execution_id, slice, first_ordinal, nodes
      FROM cohort_slice
      WHERE materialised = 0
      ORDER BY execution_id, slice
      LIMIT ?
      """;

  List<CohortSlice> unmaterialised(int limit) {
    return statements.list(
        UNMATERIALISED,
        params -> params.number(limit),
        row ->
            new CohortSlice(
                new ExecutionId(row.id()),
                row.number(),
                row.number(),
                StoredIds.unpack(row.bytes())));
  }
}

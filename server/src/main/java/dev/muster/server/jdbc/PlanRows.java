// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.IneligiblePolicy;
import dev.muster.server.execution.Plan;
import dev.muster.server.execution.RolloutPolicy;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How executions go out, where it is not to everyone at once: table {@code execution_plan}. */
final class PlanRows {
  /** What {@link #read} reads; null where an execution has no row. */
  static final String COLUMNS =
      """
      ineligible, max_parallel_count, max_parallel_percent, canary, max_failures_count,
        max_failures_percent, pause_between, source_execution_id""";

  /** Beside each execution its plan, where it has one. */
  static final String JOIN =
      "LEFT JOIN execution_plan ON execution_plan.execution_id = execution.id ";

  private static final String INSERT =
      "INSERT INTO execution_plan (execution_id, "
          + COLUMNS
          + """
          )
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          """;

  private PlanRows() {}

  static void insert(Statements statements, Execution execution) {
    Plan plan = execution.plan();
    if (plan.equals(Plan.PLAIN)) {
      return;
    }
    RolloutPolicy rollout = plan.rollout();
    @Nullable ExecutionId source = plan.source();
    statements.update(
        INSERT,
        params ->
            params
                .id(execution.id().value())
                .word(plan.ineligible())
                .number(rollout.maxParallelCount())
                .number(rollout.maxParallelPercent())
                .number(rollout.canary())
                .number(rollout.maxFailuresCount())
                .number(rollout.maxFailuresPercent())
                .span(rollout.pauseBetween())
                .id(source == null ? null : source.value()));
  }

  static Plan read(Row row) throws SQLException {
    @Nullable IneligiblePolicy ineligible = row.nullableWord(IneligiblePolicy.class);
    int maxParallelCount = row.number();
    int maxParallelPercent = row.number();
    int canary = row.number();
    int maxFailuresCount = row.number();
    int maxFailuresPercent = row.number();
    long pauseBetween = row.longNumber();
    @Nullable UUID source = row.nullableId();
    return ineligible == null
        ? Plan.PLAIN
        : new Plan(
            new RolloutPolicy(
                maxParallelCount,
                maxParallelPercent,
                canary,
                maxFailuresCount,
                maxFailuresPercent,
                StoredTimes.duration(pauseBetween)),
            ineligible,
            source == null ? null : new ExecutionId(source));
  }
}

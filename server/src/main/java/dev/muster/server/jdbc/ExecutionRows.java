// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.InvocationCounts;
import dev.muster.server.execution.OfflinePolicy;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.Plan;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.Surface;
import dev.muster.server.invocation.InvocationState;
import java.sql.SQLException;

/** How an execution stands in rows: its columns, and what is written to and read from them. */
final class ExecutionRows {
  /** In the order of the states. */
  private static final String COUNTS =
      """
      pending_count, preparing_count, prepared_count, dispatched_count, acknowledged_count,
        started_count, succeeded_count, failed_count, timed_out_count, cancelled_count,
        rejected_count, expired_count, lost_count""";

  static final String PROGRESS = "state, revision, " + COUNTS;

  static final String ORDER =
      """
      id, project_id, action, input, run_timeout, expire_time, operator_id, operator_name, surface,
        correlation_id""";

  static final String REST =
      """
      cohort_size, selector, fact_selector, reason, create_time, start_within, offline,
        skipped_nodes, skipped_offline, redacted_input, settle_time, cancel_time, cancel_reason,
        state_reason
      """;

  static final String ORDER_READ = ORDER + ", " + PreparationRows.COLUMNS;

  static final String COLUMNS =
      ORDER_READ + ", " + PROGRESS + ", " + PlanRows.COLUMNS + ", " + REST;

  static final String TABLE = PreparationRows.EXECUTION + PlanRows.JOIN;

  private ExecutionRows() {}

  static void bind(Params params, Execution execution) throws SQLException {
    Order order = execution.order();
    params
        .id(order.executionId().value())
        .text(order.projectId())
        .text(order.action())
        .bytes(order.inputJson())
        .span(order.runTimeout())
        .time(order.expireTime())
        .text(order.requestedBy().operatorId())
        .text(order.requestedBy().operatorName())
        .word(order.requestedBy().surface())
        .text(order.requestedBy().correlationId());
    bind(params, execution.progress());
    params
        .number(execution.cohortSize())
        .text(execution.target().selector())
        .text(execution.target().factSelector())
        .text(execution.reason())
        .time(execution.createTime())
        .span(execution.startWithin())
        .word(execution.offline())
        .bytes(StoredIds.pack(execution.skippedNodes()))
        .number(execution.skippedOffline())
        .bytes(execution.redactedInput())
        .time(execution.settleTime())
        .time(execution.cancelTime())
        .text(execution.cancelReason())
        .text(execution.stateReason());
  }

  static void bind(Params params, ExecutionProgress progress) throws SQLException {
    params.word(progress.state()).number(progress.revision());
    for (InvocationState state : InvocationState.values()) {
      params.number(progress.counts().in(state));
    }
  }

  static Execution execution(Row row) throws SQLException {
    Order order = order(row);
    ExecutionProgress progress = progress(row);
    Plan plan = PlanRows.read(row);
    return new Execution(
        order,
        progress,
        row.number(),
        new Execution.Target(row.text(), row.text()),
        row.text(),
        row.time(),
        row.span(),
        row.word(OfflinePolicy.class),
        StoredIds.unpack(row.bytes()),
        row.number(),
        row.bytes(),
        row.nullableTime(),
        row.nullableTime(),
        row.text(),
        row.text(),
        plan);
  }

  static Order order(Row row) throws SQLException {
    return new Order(
        new ExecutionId(row.id()),
        row.text(),
        row.text(),
        row.bytes(),
        row.span(),
        row.time(),
        new RequestedBy(row.text(), row.text(), row.word(Surface.class), row.text()),
        PreparationRows.read(row));
  }

  static ExecutionProgress progress(Row row) throws SQLException {
    ExecutionState state = row.word(ExecutionState.class);
    long revision = row.longNumber();
    int[] counts = new int[InvocationState.count()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = row.number();
    }
    return new ExecutionProgress(state, revision, InvocationCounts.of(counts));
  }
}

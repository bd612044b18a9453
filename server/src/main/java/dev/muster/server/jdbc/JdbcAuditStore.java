// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.audit.AuditRecord;
import dev.muster.server.audit.AuditStore;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.Surface;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.node.NodeId;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Audit records: table {@code audit}. */
final class JdbcAuditStore implements AuditStore {
  private final Statements statements;

  JdbcAuditStore(Statements statements) {
    this.statements = statements;
  }

  private static final String APPEND =
      """
      INSERT INTO audit (time, verb, operator_id, operator_name, surface, correlation_id, project_id,
        execution_id, invocation_id, node_id, action, denied, details)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  @Override
  public void append(List<AuditRecord> records) {
    statements.batch(APPEND, records, JdbcAuditStore::bind);
  }

  private static void bind(Params params, AuditRecord record) throws SQLException {
    RequestedBy by = record.requestedBy();
    ExecutionId execution = record.executionId();
    InvocationId invocation = record.invocationId();
    NodeId node = record.nodeId();
    params
        .time(record.time())
        .text(record.verb())
        .text(by == null ? null : by.operatorId())
        .text(by == null ? null : by.operatorName())
        .word(by == null ? null : by.surface())
        .text(by == null ? null : by.correlationId())
        .text(record.projectId())
        .id(execution == null ? null : execution.value())
        .id(invocation == null ? null : invocation.value())
        .id(node == null ? null : node.value())
        .text(record.action())
        .word(record.denied())
        .text(record.details());
  }

  static final String AFTER =
      """
      SELECT sequence, time, verb, operator_id, operator_name, surface, correlation_id, project_id,
        execution_id, invocation_id, node_id, action, denied, details
      FROM audit
      WHERE sequence > ?
      ORDER BY sequence
      LIMIT ?
      """;

  @Override
  public List<Numbered> after(long sequence, int limit) {
    return statements.list(
        AFTER, params -> params.number(sequence).number(limit), JdbcAuditStore::numbered);
  }

  private static Numbered numbered(Row row) throws SQLException {
    return new Numbered(
        row.longNumber(),
        new AuditRecord(
            row.time(),
            row.text(),
            requestedBy(row),
            row.text(),
            executionId(row.nullableId()),
            invocationId(row.nullableId()),
            nodeId(row.nullableId()),
            row.text(),
            row.nullableWord(ErrorReason.class),
            row.text()));
  }

  private static @Nullable RequestedBy requestedBy(Row row) throws SQLException {
    String operatorId = row.nullableText();
    String operatorName = row.nullableText();
    Surface surface = row.nullableWord(Surface.class);
    String correlationId = row.nullableText();
    if (operatorId == null) {
      return null;
    }
    return new RequestedBy(
        operatorId,
        Objects.requireNonNull(operatorName),
        Objects.requireNonNull(surface),
        Objects.requireNonNull(correlationId));
  }

  private static @Nullable ExecutionId executionId(@Nullable UUID id) {
    return id == null ? null : new ExecutionId(id);
  }

  private static @Nullable InvocationId invocationId(@Nullable UUID id) {
    return id == null ? null : new InvocationId(id);
  }

  private static @Nullable NodeId nodeId(@Nullable UUID id) {
    return id == null ? null : new NodeId(id);
  }
}

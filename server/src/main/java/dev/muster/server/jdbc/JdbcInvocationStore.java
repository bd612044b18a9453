// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationStore;
import dev.muster.server.invocation.Result;
import dev.muster.server.node.NodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Invocations: table {@code invocation}. */
final class JdbcInvocationStore implements InvocationStore {
  private static final Comparator<Invocation> BY_ID = Comparator.comparing(Invocation::id);

  private final Statements statements;
  private final InvocationWrites writes;
  private final InvocationsOfNode ofNode;

  JdbcInvocationStore(Statements statements) {
    this.statements = statements;
    this.writes = new InvocationWrites(statements);
    this.ofNode = new InvocationsOfNode(statements);
  }

  @Override
  public void insert(List<NewInvocation> invocations) {
    writes.insert(invocations);
  }

  @Override
  public boolean[] compareAndSet(List<InvocationChange> changes) {
    return writes.compareAndSet(changes);
  }

  static final String REQUEST_CANCEL =
      """
      UPDATE invocation
      SET cancel_requested = 1, revision = ?
      WHERE id = ? AND state IN ('DISPATCHED', 'ACKNOWLEDGED', 'STARTED')
      """;

  @Override
  public void requestCancel(InvocationId id, long revision) {
    statements.update(REQUEST_CANCEL, params -> params.number(revision).id(id.value()));
  }

  static final String FIND =
      "SELECT "
          + InvocationRows.COLUMNS
          + """
          FROM invocation i
          WHERE i.id = ?
          """;

  @Override
  public Optional<Invocation> find(InvocationId id) {
    return statements.find(FIND, params -> params.id(id.value()), InvocationRows::read);
  }

  // CROSS JOIN: the invocations first, whatever the planner believes. The condition of the index
  // execution_live stands there word for word, so that it answers without the executions' rows.
  static final String WAITING =
      "SELECT "
          + InvocationRows.COLUMNS
          + """
          FROM invocation i CROSS JOIN execution e
          WHERE i.node_id = ? AND i.state = 'PENDING' AND e.id = i.execution_id
            AND e.state IN ('RUNNING', 'PREPARING') AND (e.state = 'SCHEDULED'
              OR e.state = 'AWAITING_APPROVAL' OR e.state = 'PREPARING' OR e.state = 'RUNNING'
              OR e.state = 'PAUSED' OR e.state = 'CANCELLING')
          ORDER BY i.release_time, i.id
          LIMIT ?
          """;

  @Override
  public List<Invocation> waiting(NodeId node, int limit) {
    return statements.list(
        WAITING, params -> params.id(node.value()).number(limit), InvocationRows::read);
  }

  @Override
  public List<Invocation> outstanding(NodeId node) {
    return ofNode.outstanding(node);
  }

  @Override
  public List<Invocation> holdingSlots(NodeId node) {
    return ofNode.holdingSlots(node);
  }

  static final String PREPARED =
      """
      SELECT i.node_id, i.epoch
      FROM invocation i
      WHERE i.execution_id = ? AND i.state = 'PREPARED'
      """;

  @Override
  public int countPrepared(ExecutionId execution, LiveSession isLive) {
    int[] live = {0};
    statements.forEach(
        PREPARED,
        params -> params.id(execution.value()),
        row -> isLive.test(new NodeId(row.id()), row.longNumber()),
        lives -> live[0] += lives ? 1 : 0);
    return live[0];
  }

  @Override
  public List<Invocation> lost(NodeId node, int limit) {
    return ofNode(node, Optional.empty(), Set.of(InvocationState.LOST), limit);
  }

  @Override
  public List<Invocation> unsettled(NodeId node, int limit) {
    return ofNode.unsettled(node, limit);
  }

  static final String OF_EXECUTION =
      "SELECT "
          + InvocationRows.COLUMNS
          + """
          FROM invocation i
          WHERE i.execution_id = ? AND i.ordinal > ? AND i.state IN\s"""
          + InvocationRows.CHOSEN_STATES
          + """
          ORDER BY i.ordinal
          LIMIT ?
          """;

  @Override
  public List<Invocation> ofExecution(
      ExecutionId execution, int afterOrdinal, Set<InvocationState> states, int limit) {
    return statements.list(
        OF_EXECUTION,
        params -> {
          params.id(execution.value()).number(afterOrdinal);
          InvocationRows.bindStates(params, states).number(limit);
        },
        InvocationRows::read);
  }

  static final String CHANGED_SINCE =
      "SELECT "
          + InvocationRows.COLUMNS
          + """
          FROM invocation i
          WHERE i.execution_id = ? AND (i.revision, i.ordinal) > (?, ?)
          ORDER BY i.revision, i.ordinal
          LIMIT ?
          """;

  @Override
  public List<Invocation> changedSince(
      ExecutionId execution, long revision, int afterOrdinal, int limit) {
    return statements.list(
        CHANGED_SINCE,
        params -> params.id(execution.value()).number(revision).number(afterOrdinal).number(limit),
        InvocationRows::read);
  }

  @Override
  public List<Invocation> ofNode(
      NodeId node, Optional<InvocationId> before, Set<InvocationState> states, int limit) {
    return ofNode.list(node, before, states, limit);
  }

  private static final List<String> START_DUE =
      List.of(due("PENDING"), due("PREPARING"), due("PREPARED"));

  private static final List<String> REPORT_DUE =
      List.of(due("DISPATCHED"), due("ACKNOWLEDGED"), due("STARTED"));

  static String due(String state) {
    return "SELECT "
        + InvocationRows.COLUMNS
        + """
        FROM invocation i
        WHERE i.state = '%s' AND i.due_time <= ?
        ORDER BY i.due_time
        LIMIT ?
        """
            .formatted(state);
  }

  @Override
  public List<Invocation> startDue(Instant now, int limit) {
    return due(START_DUE, Comparator.comparing(Invocation::startDeadline), now, limit);
  }

  @Override
  public List<Invocation> reportDue(Instant now, int limit) {
    Comparator<Invocation> earliest =
        Comparator.comparing(
            Invocation::reportDeadline, Comparator.nullsLast(Comparator.naturalOrder()));
    return due(REPORT_DUE, earliest, now, limit);
  }

  /**
   * Asks for each state by itself, which the index answers in order, and takes the earliest of all.
   */
  private List<Invocation> due(
      List<String> queries, Comparator<Invocation> earliest, Instant now, int limit) {
    List<Invocation> due = new ArrayList<>();
    for (String query : queries) {
      due.addAll(
          statements.list(query, params -> params.time(now).number(limit), InvocationRows::read));
    }
    due.sort(earliest.thenComparing(BY_ID));
    return due.size() <= limit ? due : List.copyOf(due.subList(0, limit));
  }

  static final String RESULT =
      """
      SELECT result
      FROM invocation
      WHERE id = ? AND result IS NOT NULL
      """;

  @Override
  public Map<InvocationId, Result> results(List<InvocationId> ids) {
    Map<InvocationId, Result> results = new LinkedHashMap<>();
    for (InvocationId id : ids) {
      statements
          .find(RESULT, params -> params.id(id.value()), row -> ResultCodec.decode(row.bytes()))
          .ifPresent(result -> results.put(id, result));
    }
    return results;
  }

  static final String HISTORY =
      """
      SELECT history
      FROM invocation
      WHERE id = ?
      """;

  @Override
  public List<HistoryEntry> history(InvocationId id) {
    return statements
        .find(HISTORY, params -> params.id(id.value()), row -> HistoryCodec.decode(row.text()))
        .orElse(List.of());
  }
}

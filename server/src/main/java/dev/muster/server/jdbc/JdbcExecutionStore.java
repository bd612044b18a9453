// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.ExecutionStore;
import dev.muster.server.execution.Order;
import dev.muster.server.node.NodeId;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Executions: table {@code execution}, and what stands beside it. */
final class JdbcExecutionStore implements ExecutionStore {
  /** The condition of the index execution_live, word for word. */
  private static final String LIVE =
      """
      (state = 'SCHEDULED' OR state = 'AWAITING_APPROVAL' OR state = 'PREPARING'
           OR state = 'RUNNING' OR state = 'PAUSED' OR state = 'CANCELLING')
      """;

  private static final String LIVE_WORDS =
      "('SCHEDULED', 'AWAITING_APPROVAL', 'PREPARING', 'RUNNING', 'PAUSED', 'CANCELLING')\n";

  private static final UUID GREATEST_ID = new UUID(-1, -1);

  private final Statements statements;
  private final CohortRows slices;

  JdbcExecutionStore(Statements statements) {
    this.statements = statements;
    this.slices = new CohortRows(statements);
  }

  private static final String INSERT =
      "INSERT INTO execution ("
          + ExecutionRows.ORDER
          + ", "
          + ExecutionRows.PROGRESS
          + ", "
          + ExecutionRows.REST
          + """
          ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
            ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """;

  @Override
  public void insert(Execution execution, List<CohortSlice> cohort) {
    statements.update(INSERT, params -> ExecutionRows.bind(params, execution));
    new PreparationRows(statements).insert(execution);
    PlanRows.insert(statements, execution);
    slices.insert(cohort);
  }

  static final String UPDATE_PROGRESS =
      "UPDATE execution SET "
          + ExecutionRows.PROGRESS.replace(",", " = ?,")
          + """
           = ?,
            settle_time = ?, state_reason = ?
          WHERE id = ? AND revision = ?
          """;

  @Override
  public boolean[] updateProgress(List<ProgressUpdate> updates) {
    int[] counts =
        statements.batch(
            UPDATE_PROGRESS,
            updates,
            (params, update) -> {
              ExecutionRows.bind(params, update.after());
              params
                  .time(update.settleTime())
                  .text(update.stateReason())
                  .id(update.id().value())
                  .number(update.before().revision());
            });
    boolean[] written = new boolean[counts.length];
    for (int i = 0; i < counts.length; i++) {
      written[i] = counts[i] == 1;
    }
    return written;
  }

  private static final String RECORD_CANCEL =
      """
      UPDATE execution
      SET cancel_time = ?, cancel_reason = ?
      WHERE id = ? AND cancel_time IS NULL
      """;

  @Override
  public void recordCancel(ExecutionId id, Instant time, String reason) {
    statements.update(RECORD_CANCEL, params -> params.time(time).text(reason).id(id.value()));
  }

  @Override
  public void materialised(ExecutionId id, int slice) {
    slices.materialised(id, slice);
  }

  @Override
  public List<CohortSlice> unmaterialised(int limit) {
    return slices.unmaterialised(limit);
  }

  static final String FIND =
      "SELECT " + ExecutionRows.COLUMNS + "FROM" + ExecutionRows.TABLE + "WHERE id = ?\n";

  @Override
  public Optional<Execution> find(ExecutionId id) {
    return statements.find(FIND, params -> params.id(id.value()), ExecutionRows::execution);
  }

  static final String FIND_PROGRESS =
      "SELECT "
          + ExecutionRows.PROGRESS
          + """

          FROM execution
          WHERE id = ?
          """;

  @Override
  public Optional<ExecutionProgress> progress(ExecutionId id) {
    return statements.find(FIND_PROGRESS, params -> params.id(id.value()), ExecutionRows::progress);
  }

  static final String FIND_ORDER =
      "SELECT " + ExecutionRows.ORDER_READ + " FROM" + PreparationRows.EXECUTION + "WHERE id = ?\n";

  @Override
  public Optional<Order> order(ExecutionId id) {
    return statements.find(FIND_ORDER, params -> params.id(id.value()), ExecutionRows::order);
  }

  static final String LIST = list("project_id = ?");
  static final String LIST_IN_STATE = list("project_id = ? AND state = ?");
  static final String LIST_OF_NODE = list("project_id = ? AND " + onNode());
  static final String LIST_OF_NODE_IN_STATE = list("project_id = ? AND state = ? AND " + onNode());

  /** Goes through the stretches of the index invocation_of_node. */
  private static String onNode() {
    return """
        id IN (
          WITH RECURSIVE stretch (n) AS (
            SELECT min(sequence) >> 16 FROM invocation
            UNION ALL
            SELECT n + 1 FROM stretch WHERE n < (SELECT max(sequence) >> 16 FROM invocation))
          SELECT i.execution_id
          FROM stretch CROSS JOIN invocation i
          WHERE i.sequence >> 16 = stretch.n AND i.node_id = ?)
        """;
  }

  private static String list(String condition) {
    return "SELECT "
        + ExecutionRows.COLUMNS
        + "FROM"
        + ExecutionRows.TABLE
        + "WHERE "
        + condition
        + """

          AND id < ?
          AND (? = '' OR action = ?)
          AND (? = '' OR operator_id = ? OR operator_name = ?)
          AND create_time >= ? AND create_time < ?
        ORDER BY id DESC
        LIMIT ?
        """;
  }

  @Override
  public List<Execution> list(Filter filter, Optional<ExecutionId> before, int limit) {
    if (filter.states().isEmpty()) {
      return statements.list(
          filter.node() == null ? LIST : LIST_OF_NODE,
          params -> bindFilter(params.text(filter.projectId()), filter, before, limit),
          ExecutionRows::execution);
    }
    // One keyset per state, which the index answers in order, merged: many times faster than all
    // states in one query.
    List<Execution> found = new ArrayList<>();
    for (ExecutionState state : filter.states()) {
      found.addAll(
          statements.list(
              filter.node() == null ? LIST_IN_STATE : LIST_OF_NODE_IN_STATE,
              params ->
                  bindFilter(params.text(filter.projectId()).word(state), filter, before, limit),
              ExecutionRows::execution));
    }
    found.sort(Comparator.comparing(execution -> execution.id().value(), StoredIds.DESCENDING));
    return found.size() <= limit ? found : List.copyOf(found.subList(0, limit));
  }

  private static void bindFilter(
      Params params, Filter filter, Optional<ExecutionId> before, int limit) throws SQLException {
    NodeId node = filter.node();
    if (node != null) {
      params.id(node.value());
    }
    Instant createdAfter = filter.createdAfter();
    Instant createdBefore = filter.createdBefore();
    params
        .id(before.map(ExecutionId::value).orElse(GREATEST_ID))
        .text(filter.action())
        .text(filter.action())
        .text(filter.operator())
        .text(filter.operator())
        .text(filter.operator())
        .number(createdAfter == null ? Long.MIN_VALUE : StoredTimes.micros(createdAfter))
        .number(createdBefore == null ? Long.MAX_VALUE : StoredTimes.micros(createdBefore))
        .number(limit);
  }

  private static final String CHOSEN_STATES = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\n";

  static final String LIVE_IN_STATES =
      "SELECT id FROM execution WHERE state IN "
          + CHOSEN_STATES
          + "AND "
          + LIVE
          + """
          ORDER BY id
          LIMIT ?
          """;

  private static final String IN_STATES =
      "SELECT id FROM execution WHERE state IN "
          + CHOSEN_STATES
          + """
          ORDER BY id
          LIMIT ?
          """;

  @Override
  public List<ExecutionId> inStates(Set<ExecutionState> states, int limit) {
    if (states.isEmpty()) {
      return List.of();
    }
    List<ExecutionState> chosen = List.copyOf(states);
    return statements.list(
        chosen.stream().noneMatch(ExecutionState::isSettled) ? LIVE_IN_STATES : IN_STATES,
        params -> {
          for (int i = 0; i < ExecutionState.values().length; i++) {
            params.word(chosen.get(Math.min(i, chosen.size() - 1)));
          }
          params.number(limit);
        },
        row -> new ExecutionId(row.id()));
  }

  @Override
  public List<ExecutionId> preparing() {
    return new PreparationRows(statements).open();
  }

  @Override
  public void prepared(ExecutionId id) {
    new PreparationRows(statements).close(id);
  }

  static final String LIVE_IN_DOMAIN =
      """
      SELECT count(*)
      FROM project p CROSS JOIN execution e
      WHERE p.domain_id = ? AND e.project_id = p.project_id AND e.state IN\s"""
          + LIVE_WORDS;

  @Override
  public int liveInDomain(String domainId) {
    return statements
        .find(LIVE_IN_DOMAIN, params -> params.text(domainId), Row::number)
        .orElseThrow();
  }

  static final String LIVE_HOLDERS =
      """
      SELECT e.operator_name, count(*)
      FROM project p CROSS JOIN execution e
      WHERE p.domain_id = ? AND e.project_id = p.project_id AND e.state IN\s"""
          + LIVE_WORDS
          + """
          GROUP BY e.operator_name
          ORDER BY count(*) DESC, e.operator_name
          LIMIT ?
          """;

  @Override
  public List<LiveHolder> liveHolders(String domainId, int limit) {
    return statements.list(
        LIVE_HOLDERS,
        params -> params.text(domainId).number(limit),
        row -> new LiveHolder(row.text(), row.number()));
  }
}

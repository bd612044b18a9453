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
import dev.muster.server.invocation.Steps;
import dev.muster.server.node.NodeId;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Invocations: table {@code invocation}.
 *
 * <p>States stand as words in the text of a query where the query is to use a partial index: the
 * planner does not know what a parameter will be. Sets of states that the caller chooses are
 * parameters, all thirteen of them, repeated where there are fewer.
 */
final class JdbcInvocationStore implements InvocationStore {
  private static final String COLUMNS =
      """
      i.id, i.execution_id, i.node_id, i.ordinal, i.state, i.taken, i.revision, i.epoch, i.journal_id,
        i.started, i.still_running, i.cancel_requested, i.reason, i.message, i.create_time,
        i.release_time, i.start_deadline, i.report_deadline, i.settle_time
      """;

  /** The condition of the index invocation_live, word for word. */
  private static final String LIVE =
      """
      (state = 'PENDING' OR state = 'PREPARING' OR state = 'PREPARED'
           OR state = 'DISPATCHED' OR state = 'ACKNOWLEDGED' OR state = 'STARTED' OR state = 'LOST')
      """;

  private static final Set<InvocationState> OUTSTANDING = states(InvocationState::isOutstanding);
  private static final Set<InvocationState> HOLDING = states(InvocationState::holdsSlot);
  private static final Set<InvocationState> UNSETTLED = states(state -> !state.isSettled());
  private static final Set<InvocationState> LIVE_STATES =
      states(state -> !state.isSettled() || state == InvocationState.LOST);

  private static final String CHOSEN_STATES = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\n";

  private static final Comparator<Invocation> BY_ID = Comparator.comparing(Invocation::id);

  private static final InvocationId GREATEST_ID = new InvocationId(new UUID(-1, -1));

  private final Statements statements;
  private final InvocationWrites writes;

  JdbcInvocationStore(Statements statements) {
    this.statements = statements;
    this.writes = new InvocationWrites(statements);
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
          + COLUMNS
          + """
          FROM invocation i
          WHERE i.id = ?
          """;

  @Override
  public Optional<Invocation> find(InvocationId id) {
    return statements.find(FIND, params -> params.id(id.value()), JdbcInvocationStore::invocation);
  }

  // CROSS JOIN: the invocations first, whatever the planner believes. The condition of the index
  // execution_live stands there word for word, so that it answers without the executions' rows.
  static final String WAITING =
      "SELECT "
          + COLUMNS
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
        WAITING, params -> params.id(node.value()).number(limit), JdbcInvocationStore::invocation);
  }

  /**
   * Neither ordered nor limited: for the order, the planner would walk through the node's whole
   * past.
   */
  static final String LIVE_IDS =
      """
      SELECT id
      FROM invocation
      WHERE node_id = ? AND state IN\s"""
          + CHOSEN_STATES
          + "AND "
          + LIVE;

  @Override
  public List<Invocation> outstanding(NodeId node) {
    return live(node, OUTSTANDING).sorted().map(this::found).toList();
  }

  @Override
  public List<Invocation> holdingSlots(NodeId node) {
    return live(node, HOLDING).sorted().map(this::found).toList();
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
    return live(node, UNSETTLED).sorted().limit(limit).map(this::found).toList();
  }

  /** Returns the ids of a node's invocations in these states, all of them live, in no order. */
  private Stream<InvocationId> live(NodeId node, Set<InvocationState> states) {
    return statements
        .list(
            LIVE_IDS,
            params -> bindStates(params.id(node.value()), states),
            row -> new InvocationId(row.id()))
        .stream();
  }

  private Invocation found(InvocationId id) {
    return find(id).orElseThrow();
  }

  static final String OF_EXECUTION =
      "SELECT "
          + COLUMNS
          + """
          FROM invocation i
          WHERE i.execution_id = ? AND i.ordinal > ? AND i.state IN\s"""
          + CHOSEN_STATES
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
          bindStates(params, states).number(limit);
        },
        JdbcInvocationStore::invocation);
  }

  static final String CHANGED_SINCE =
      "SELECT "
          + COLUMNS
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
        JdbcInvocationStore::invocation);
  }

  static final String OLDEST_STRETCH =
      """
      SELECT min(sequence) >> 16
      FROM invocation
      """;

  static final String NEWEST_STRETCH =
      """
      SELECT max(sequence) >> 16
      FROM invocation
      """;

  static final String OF_NODE_IN_STRETCH =
      "SELECT "
          + COLUMNS
          + """
          FROM invocation i
          WHERE i.sequence >> 16 = ? AND i.node_id = ? AND i.id < ? AND i.state IN\s"""
          + CHOSEN_STATES
          + """
          ORDER BY i.id DESC
          LIMIT ?
          """;

  @Override
  public List<Invocation> ofNode(
      NodeId node, Optional<InvocationId> before, Set<InvocationState> states, int limit) {
    InvocationId end = before.orElse(GREATEST_ID);
    if (!states.isEmpty() && LIVE_STATES.containsAll(states)) {
      // Otherwise a node's whole past would be searched for the few that are live.
      return live(node, states)
          .filter(id -> id.compareTo(end) < 0)
          .sorted(Comparator.reverseOrder())
          .limit(limit)
          .map(this::found)
          .toList();
    }
    return ofNodeByStretch(node, end, states, limit);
  }

  private List<Invocation> ofNodeByStretch(
      NodeId node, InvocationId end, Set<InvocationState> states, int limit) {
    long oldest = stretch(OLDEST_STRETCH);
    List<Invocation> found = new ArrayList<>();
    boolean enough = false;
    for (long stretch = stretch(NEWEST_STRETCH); stretch >= oldest && !enough; stretch--) {
      // One stretch more than it takes: ids are made before they are inserted, so a few are older
      // than their place tells.
      enough = found.size() >= limit;
      found.addAll(ofNodeIn(stretch, node, end, states, limit));
    }
    found.sort(BY_ID.reversed());
    return found.size() <= limit ? found : List.copyOf(found.subList(0, limit));
  }

  private List<Invocation> ofNodeIn(
      long stretch, NodeId node, InvocationId end, Set<InvocationState> states, int limit) {
    return statements.list(
        OF_NODE_IN_STRETCH,
        params -> {
          params.number(stretch).id(node.value()).id(end.value());
          bindStates(params, states).number(limit);
        },
        JdbcInvocationStore::invocation);
  }

  /** Returns the number of a stretch of the table; 0 while it is empty. */
  private long stretch(String query) {
    return statements.find(query, Statements.Binding.NONE, Row::longNumber).orElse(0L);
  }

  private static final List<String> START_DUE =
      List.of(due("PENDING"), due("PREPARING"), due("PREPARED"));

  private static final List<String> REPORT_DUE =
      List.of(due("DISPATCHED"), due("ACKNOWLEDGED"), due("STARTED"));

  static String due(String state) {
    return "SELECT "
        + COLUMNS
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
          statements.list(
              query, params -> params.time(now).number(limit), JdbcInvocationStore::invocation));
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

  private static Set<InvocationState> states(Predicate<InvocationState> condition) {
    return Arrays.stream(InvocationState.values())
        .filter(condition)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Params bindStates(Params params, Set<InvocationState> chosen) throws SQLException {
    List<InvocationState> states =
        chosen.isEmpty() ? List.of(InvocationState.values()) : List.copyOf(chosen);
    for (int i = 0; i < InvocationState.count(); i++) {
      params.word(states.get(Math.min(i, states.size() - 1)));
    }
    return params;
  }

  private static Invocation invocation(Row row) throws SQLException {
    return new Invocation(
        new InvocationId(row.id()),
        new ExecutionId(row.id()),
        new NodeId(row.id()),
        row.number(),
        row.word(InvocationState.class),
        new Steps(row.number()),
        row.longNumber(),
        row.longNumber(),
        row.bytes(),
        row.flag(),
        row.flag(),
        row.flag(),
        row.text(),
        row.text(),
        row.time(),
        row.time(),
        row.time(),
        row.nullableTime(),
        row.nullableTime());
  }
}

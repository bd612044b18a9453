// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The queries that must not slow down as the store grows: SQLite answers each by an index, in order
 * where that matters.
 */
final class QueryPlanTest {
  private static final String PRIMARY_KEY_OF_INVOCATION = "sqlite_autoindex_invocation_1 (id=?)";

  @RegisterExtension final TestStore store = new TestStore();

  private record Query(String name, String sql, boolean sorts, List<String> steps) {
    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Query> QUERIES =
      List.of(
          inOrder("find", JdbcInvocationStore.FIND, PRIMARY_KEY_OF_INVOCATION),
          inOrder("compareAndSet", InvocationWrites.COMPARE_AND_SET, PRIMARY_KEY_OF_INVOCATION),
          inOrder(
              "compareAndSet of a report",
              InvocationWrites.COMPARE_AND_SET_REPORT,
              PRIMARY_KEY_OF_INVOCATION),
          inOrder(
              "compareAndSet of a step",
              InvocationWrites.COMPARE_AND_SET_STEP,
              PRIMARY_KEY_OF_INVOCATION),
          inOrder(
              "compareAndSet of a success",
              InvocationWrites.COMPARE_AND_SET_SUCCESS,
              PRIMARY_KEY_OF_INVOCATION),
          inOrder("requestCancel", JdbcInvocationStore.REQUEST_CANCEL, PRIMARY_KEY_OF_INVOCATION),
          inOrder("results", JdbcInvocationStore.RESULT, PRIMARY_KEY_OF_INVOCATION),
          inOrder("history", JdbcInvocationStore.HISTORY, PRIMARY_KEY_OF_INVOCATION),
          inOrder(
              "waiting",
              JdbcInvocationStore.WAITING,
              "invocation_live (node_id=? AND state=?)",
              "execution_live (state=? AND id=?)"),
          inOrder(
              "live of node",
              InvocationsOfNode.LIVE_IDS,
              "COVERING INDEX invocation_live (node_id=? AND state=?)"),
          inOrder(
              "ofExecution",
              JdbcInvocationStore.OF_EXECUTION,
              "invocation_of_execution (execution_id=? AND ordinal>?)"),
          sorted(
              "changedSince",
              JdbcInvocationStore.CHANGED_SINCE,
              "invocation_of_execution (execution_id=?)"),
          inOrder("oldest stretch", InvocationsOfNode.OLDEST_STRETCH, "SEARCH invocation"),
          inOrder("newest stretch", InvocationsOfNode.NEWEST_STRETCH, "SEARCH invocation"),
          inOrder(
              "ofNode",
              InvocationsOfNode.OF_NODE_IN_STRETCH,
              "invocation_of_node (<expr>=? AND node_id=? AND id<?)"),
          sorted(
              "list of node",
              JdbcExecutionStore.LIST_OF_NODE,
              "invocation_of_node (<expr>=? AND node_id=?)"),
          sorted(
              "list of node in state",
              JdbcExecutionStore.LIST_OF_NODE_IN_STATE,
              "invocation_of_node (<expr>=? AND node_id=?)"),
          inOrder(
              "due", JdbcInvocationStore.due("PENDING"), "invocation_due (state=? AND due_time<?)"),
          inOrder("execution", JdbcExecutionStore.FIND, "sqlite_autoindex_execution_1 (id=?)"),
          inOrder(
              "progress", JdbcExecutionStore.FIND_PROGRESS, "sqlite_autoindex_execution_1 (id=?)"),
          inOrder("order", JdbcExecutionStore.FIND_ORDER, "sqlite_autoindex_execution_1 (id=?)"),
          inOrder(
              "updateProgress",
              JdbcExecutionStore.UPDATE_PROGRESS,
              "sqlite_autoindex_execution_1 (id=?)"),
          inOrder(
              "materialised",
              CohortRows.MATERIALISED,
              "sqlite_autoindex_cohort_slice_1 (execution_id=? AND slice=?)"),
          inOrder("list", JdbcExecutionStore.LIST, "execution_of_project (project_id=? AND id<?)"),
          inOrder(
              "list in state",
              JdbcExecutionStore.LIST_IN_STATE,
              "execution_by_state (project_id=? AND state=? AND id<?)"),
          sorted("live in states", JdbcExecutionStore.LIVE_IN_STATES, "execution_live (state=?)"),
          inOrder(
              "liveInDomain",
              JdbcExecutionStore.LIVE_IN_DOMAIN,
              "INDEX project_of_domain (domain_id=?)",
              "COVERING INDEX execution_by_state (project_id=? AND state=?)"),
          sorted(
              "liveHolders",
              JdbcExecutionStore.LIVE_HOLDERS,
              "INDEX project_of_domain (domain_id=?)",
              "execution_by_state (project_id=? AND state=?)"),
          inOrder("rollout", JdbcRolloutStore.FIND, "sqlite_autoindex_rollout_1 (execution_id=?)"),
          inOrder(
              "cohort of rollout",
              JdbcRolloutStore.COHORT,
              "sqlite_autoindex_rollout_cohort_1 (execution_id=?)"),
          inOrder(
              "rollout's progress",
              JdbcRolloutStore.UPDATE,
              "sqlite_autoindex_rollout_1 (execution_id=?)"),
          inOrder(
              "paused since",
              JdbcPauseStore.PAUSED_SINCE,
              "sqlite_autoindex_execution_pause_1 (execution_id=?)"),
          inOrder("held start", JdbcPauseStore.HOLD, PRIMARY_KEY_OF_INVOCATION),
          inOrder(
              "restored starts",
              JdbcPauseStore.RESTORE,
              PRIMARY_KEY_OF_INVOCATION,
              "held_start_of_execution (execution_id=?)"),
          inOrder(
              "shifted starts", JdbcPauseStore.SHIFT, "invocation_of_execution (execution_id=?)"),
          inOrder("node", JdbcNodeStore.FIND, "sqlite_autoindex_node_1 (id=?)"),
          inOrder(
              "node by name",
              JdbcNodeStore.FIND_BY_NAME,
              "sqlite_autoindex_node_2 (project_id=? AND name=?)"),
          sorted("keys of node", JdbcNodeKeyStore.OF_NODE, "node_key_of_node (node_id=?)"),
          inOrder("join token", JdbcJoinTokenStore.FIND, "sqlite_autoindex_join_token_1 (id=?)"),
          inOrder(
              "join tokens",
              JdbcJoinTokenStore.LIST,
              "join_token_of_project (project_id=? AND id<?)"),
          inOrder(
              "use of join token",
              JdbcJoinTokenStore.FIND_USE,
              "sqlite_autoindex_join_token_use_1 (token_id=? AND request_id=?)"),
          inOrder(
              "operator token",
              JdbcOperatorStore.FIND_TOKEN,
              "sqlite_autoindex_operator_token_1 (id=?)",
              "sqlite_autoindex_operator_1 (id=?)"),
          inOrder("catalog", JdbcCatalogStore.FIND, "sqlite_autoindex_catalog_1 (digest=?)"),
          inOrder(
              "request",
              JdbcRequestStore.FIND,
              "(caller=? AND project_id=? AND method=? AND request_id=?)"),
          inOrder(
              "prune requests",
              JdbcRequestStore.PRUNE,
              "(caller=? AND project_id=? AND method=? AND request_id=?)",
              "request_by_time (create_time<?)"),
          inOrder("output", JdbcOutputStore.FIND, "(invocation_id=? AND stream=?)"),
          inOrder("oldest output", JdbcOutputStore.OLDEST, "output_by_time (create_time>?)"),
          inOrder("audit", JdbcAuditStore.AFTER, "INTEGER PRIMARY KEY (rowid>?)"));

  @ParameterizedTest
  @FieldSource("QUERIES")
  void query_isAnsweredByAnIndex(Query query) throws SQLException {
    List<String> plan = plan(query.sql());

    assertThat(plan).noneMatch(step -> step.startsWith("SCAN") && !step.equals("SCAN stretch"));
    for (String step : query.steps()) {
      assertThat(plan).anyMatch(line -> line.endsWith(step));
    }
    if (!query.sorts()) {
      assertThat(plan).noneMatch(step -> step.contains("TEMP B-TREE"));
    }
  }

  @ParameterizedTest
  @FieldSource("PARTIAL")
  void query_readsAPartialIndexFromItsBeginning(Query query) throws SQLException {
    assertThat(plan(query.sql())).containsExactly("SCAN " + query.steps().get(0));
  }

  static final List<Query> PARTIAL =
      List.of(
          inOrder(
              "unmaterialised",
              CohortRows.UNMATERIALISED,
              "cohort_slice USING INDEX cohort_slice_unmaterialised"),
          inOrder(
              "open rollouts", JdbcRolloutStore.OPEN, "rollout USING COVERING INDEX rollout_open"));

  private List<String> plan(String sql) throws SQLException {
    List<String> steps = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + store.settings().file());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
      while (rows.next()) {
        steps.add(rows.getString("detail"));
      }
    }
    return steps;
  }

  private static Query inOrder(String name, String sql, String... steps) {
    return new Query(name, sql, false, List.of(steps));
  }

  private static Query sorted(String name, String sql, String... steps) {
    return new Query(name, sql, true, List.of(steps));
  }
}

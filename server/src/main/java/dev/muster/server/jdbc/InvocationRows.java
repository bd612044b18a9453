// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.Steps;
import dev.muster.server.node.NodeId;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * How an invocation stands in a row of the table {@code invocation}, and how queries choose by
 * state.
 *
 * <p>States stand as words in the text of a query where the query is to use a partial index: the
 * planner does not know what a parameter will be. Sets of states that the caller chooses are
 * parameters, all thirteen of them, repeated where there are fewer.
 */
final class InvocationRows {
  /** What {@link #read} reads. */
  static final String COLUMNS =
      """
      i.id, i.execution_id, i.node_id, i.ordinal, i.state, i.taken, i.revision, i.epoch, i.journal_id,
        i.started, i.still_running, i.cancel_requested, i.reason, i.message, i.create_time,
        i.release_time, i.start_deadline, i.report_deadline, i.settle_time
      """;

  /** As many parameters as {@link #bindStates} binds. */
  static final String CHOSEN_STATES = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\n";

  private InvocationRows() {}

  /** Binds these states; none: all of them. */
  static Params bindStates(Params params, Set<InvocationState> chosen) throws SQLException {
    List<InvocationState> states =
        chosen.isEmpty() ? List.of(InvocationState.values()) : List.copyOf(chosen);
    for (int i = 0; i < InvocationState.count(); i++) {
      params.word(states.get(Math.min(i, states.size() - 1)));
    }
    return params;
  }

  static Invocation read(Row row) throws SQLException {
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

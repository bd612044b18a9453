// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.RolloutState;
import dev.muster.server.execution.RolloutStore;
import dev.muster.server.node.NodeId;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Rollouts: tables {@code rollout} and {@code rollout_cohort}. */
final class JdbcRolloutStore implements RolloutStore {
  private static final byte[] NONE_TAKEN = {};

  private final Statements statements;

  JdbcRolloutStore(Statements statements) {
    this.statements = statements;
  }

  private static final String STATE =
      "eligible, opened, wave_end, wave, forgiven, canary_waived, next_wave_time";

  private static final String INSERT =
      "INSERT INTO rollout ("
          + STATE
          + """
          , taken, execution_id, closed)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
          """;

  private static final String INSERT_COHORT =
      """
      INSERT INTO rollout_cohort (execution_id, nodes)
      VALUES (?, ?)
      """;

  @Override
  public void insert(ExecutionId id, RolloutState state, List<NodeId> waiting) {
    statements.update(INSERT, params -> bind(params, state).bytes(NONE_TAKEN).id(id.value()));
    statements.update(
        INSERT_COHORT, params -> params.id(id.value()).bytes(StoredIds.pack(waiting)));
  }

  static final String FIND =
      "SELECT "
          + STATE
          + """
          , taken
          FROM rollout
          WHERE execution_id = ?
          """;

  @Override
  public Optional<Rollout> find(ExecutionId id) {
    return statements.find(
        FIND,
        params -> params.id(id.value()),
        row -> new Rollout(state(row), BitSet.valueOf(row.bytes())));
  }

  static final String COHORT =
      """
      SELECT nodes
      FROM rollout_cohort
      WHERE execution_id = ?
      """;

  @Override
  public List<NodeId> cohort(ExecutionId id) {
    return statements
        .find(COHORT, params -> params.id(id.value()), row -> StoredIds.unpack(row.bytes()))
        .orElse(List.of());
  }

  static final String UPDATE =
      "UPDATE rollout SET "
          + STATE.replace(",", " = ?,")
          + """
           = ?, taken = ?
          WHERE execution_id = ?
          """;

  @Override
  public void update(ExecutionId id, Rollout rollout) {
    statements.update(
        UPDATE,
        params ->
            bind(params, rollout.state()).bytes(rollout.taken().toByteArray()).id(id.value()));
  }

  static final String OPEN =
      """
      SELECT execution_id
      FROM rollout
      WHERE closed = 0
      ORDER BY execution_id
      """;

  @Override
  public List<ExecutionId> open() {
    return statements.list(OPEN, Statements.Binding.NONE, row -> new ExecutionId(row.id()));
  }

  static final String CLOSE =
      """
      UPDATE rollout
      SET closed = 1
      WHERE execution_id = ?
      """;

  @Override
  public void close(ExecutionId id) {
    statements.update(CLOSE, params -> params.id(id.value()));
  }

  private static Params bind(Params params, RolloutState state) throws SQLException {
    return params
        .number(state.eligible())
        .number(state.opened())
        .number(state.waveEnd())
        .number(state.wave())
        .number(state.forgiven())
        .flag(state.canaryWaived())
        .time(state.nextWaveTime());
  }

  private static RolloutState state(Row row) throws SQLException {
    return new RolloutState(
        row.number(),
        row.number(),
        row.number(),
        row.number(),
        row.number(),
        row.flag(),
        row.nullableTime());
  }
}

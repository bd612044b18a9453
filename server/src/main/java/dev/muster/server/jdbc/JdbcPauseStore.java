// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.PauseStore;
import dev.muster.server.invocation.Invocation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Pauses: tables {@code execution_pause} and {@code held_start}, and what waits meanwhile. */
final class JdbcPauseStore implements PauseStore {
  private final Statements statements;

  JdbcPauseStore(Statements statements) {
    this.statements = statements;
  }

  private static final String BEGIN =
      """
      INSERT INTO execution_pause (execution_id, pause_time)
      VALUES (?, ?)
      """;

  @Override
  public void begin(ExecutionId id, Instant now) {
    statements.update(BEGIN, params -> params.id(id.value()).time(now));
  }

  private static final String NOTE =
      """
      INSERT INTO held_start (invocation_id, execution_id, start_deadline)
      VALUES (?, ?, ?)
      ON CONFLICT (invocation_id) DO NOTHING
      """;

  static final String HOLD =
      """
      UPDATE invocation
      SET start_deadline = ?, due_time = ?
      WHERE id = ?
      """;

  @Override
  public void hold(Invocation waiting, Instant until) {
    statements.update(
        NOTE,
        params ->
            params
                .id(waiting.id().value())
                .id(waiting.executionId().value())
                .time(waiting.startDeadline()));
    statements.update(HOLD, params -> params.time(until).time(until).id(waiting.id().value()));
  }

  static final String PAUSED_SINCE =
      """
      SELECT pause_time
      FROM execution_pause
      WHERE execution_id = ?
      """;

  static final String FORGET =
      """
      DELETE FROM execution_pause
      WHERE execution_id = ?
      """;

  static final String RESTORE =
      """
      UPDATE invocation
      SET start_deadline = (
        SELECT h.start_deadline FROM held_start h WHERE h.invocation_id = invocation.id)
      WHERE id IN (SELECT invocation_id FROM held_start WHERE execution_id = ?)
        AND state IN ('PENDING', 'PREPARING', 'PREPARED')
      """;

  static final String RELEASE =
      """
      DELETE FROM held_start
      WHERE execution_id = ?
      """;

  static final String SHIFT =
      """
      UPDATE invocation
      SET start_deadline = min(?, start_deadline + ?), due_time = min(?, start_deadline + ?)
      WHERE execution_id = ? AND state IN ('PENDING', 'PREPARING', 'PREPARED')
      """;

  @Override
  public void end(ExecutionId id, Instant now, Instant expireTime) {
    Optional<Instant> since =
        statements.find(PAUSED_SINCE, params -> params.id(id.value()), Row::time);
    if (since.isEmpty()) {
      return;
    }
    Duration pause = Duration.between(since.get(), now);
    statements.update(FORGET, params -> params.id(id.value()));
    statements.update(RESTORE, params -> params.id(id.value()));
    statements.update(RELEASE, params -> params.id(id.value()));
    statements.update(
        SHIFT,
        params -> params.time(expireTime).span(pause).time(expireTime).span(pause).id(id.value()));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationStore.NewInvocation;
import dev.muster.server.invocation.Result;
import dev.muster.server.invocation.Steps;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What every dispatch writes to table {@code invocation}: a row per node, and its changes. Each
 * parameter costs a call into the database's own code, so the usual row and the usual change have
 * statements without those that say nothing.
 */
final class InvocationWrites {
  private static final String INSERT =
      """
      INSERT INTO invocation (id, execution_id, node_id, ordinal, state, revision, epoch,
        journal_id, create_time, release_time, start_deadline, report_deadline, due_time, history,
        taken, started, still_running, cancel_requested, reason, message, settle_time)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  /** A row of which the node knows nothing yet. */
  private static final String INSERT_NEW =
      """
      INSERT INTO invocation (id, execution_id, node_id, ordinal, state, revision, epoch,
        journal_id, create_time, release_time, start_deadline, report_deadline, due_time, history,
        taken, started, still_running, cancel_requested, reason, message, settle_time)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, '', '', NULL)
      """;

  static final String COMPARE_AND_SET =
      """
      UPDATE invocation
      SET state = ?, taken = ?, revision = ?, started = ?, still_running = ?, reason = ?,
        message = ?, settle_time = ?, due_time = ?, history = history || ?,
        result = coalesce(?, result), epoch = ?, journal_id = ?, release_time = ?,
        start_deadline = ?, report_deadline = ?
      WHERE id = ? AND state = ? AND epoch = ?
      """;

  /** What the node reports of what it was handed: when, and to which session, stays. */
  static final String COMPARE_AND_SET_REPORT =
      """
      UPDATE invocation
      SET state = ?, taken = ?, revision = ?, started = ?, still_running = ?, reason = ?,
        message = ?, settle_time = ?, due_time = ?, history = history || ?,
        result = coalesce(?, result)
      WHERE id = ? AND state = ? AND epoch = ?
      """;

  /** The usual way to the end: another step, and nothing to say of it. */
  static final String COMPARE_AND_SET_STEP =
      """
      UPDATE invocation
      SET state = ?, taken = ?, revision = ?, report_deadline = ?, due_time = ?,
        history = history || ?
      WHERE id = ? AND state = ? AND epoch = ?
      """;

  /** The usual end: it ran, it is over, and there is nothing to say beside its result. */
  static final String COMPARE_AND_SET_SUCCESS =
      """
      UPDATE invocation
      SET state = ?, taken = ?, revision = ?, settle_time = ?, history = history || ?,
        result = coalesce(?, result), started = 1, still_running = 0, reason = '', message = '',
        due_time = NULL
      WHERE id = ? AND state = ? AND epoch = ?
      """;

  private static final Write<NewInvocation> WHOLE_ROW =
      new Write<>(INSERT, InvocationWrites::bindWhole);
  private static final Write<NewInvocation> NEW_ROW =
      new Write<>(INSERT_NEW, InvocationWrites::bindNew);
  private static final Write<InvocationChange> WHOLE_CHANGE =
      new Write<>(COMPARE_AND_SET, InvocationWrites::bindWhole);
  private static final Write<InvocationChange> REPORT =
      new Write<>(COMPARE_AND_SET_REPORT, InvocationWrites::bindReport);
  private static final Write<InvocationChange> STEP =
      new Write<>(COMPARE_AND_SET_STEP, InvocationWrites::bindStep);
  private static final Write<InvocationChange> SUCCESS =
      new Write<>(COMPARE_AND_SET_SUCCESS, InvocationWrites::bindSuccess);

  private final Statements statements;

  /** A statement and what binds its parameters. */
  private record Write<T>(String sql, Statements.ItemBinding<T> binding) {}

  InvocationWrites(Statements statements) {
    this.statements = statements;
  }

  void insert(List<NewInvocation> invocations) {
    var unused = inRuns(invocations, InvocationWrites::write);
  }

  /** Row by row, in order: what a row of the batch wrote, the next one sees. */
  boolean[] compareAndSet(List<InvocationChange> changes) {
    int[] counts = inRuns(changes, InvocationWrites::write);
    boolean[] written = new boolean[counts.length];
    for (int i = 0; i < counts.length; i++) {
      written[i] = counts[i] == 1;
    }
    return written;
  }

  private static Write<NewInvocation> write(NewInvocation added) {
    Invocation invocation = added.invocation();
    boolean isNew =
        invocation.taken().equals(Steps.NONE)
            && !invocation.started()
            && !invocation.stillRunning()
            && !invocation.cancelRequested()
            && saysNothing(invocation)
            && invocation.settleTime() == null;
    return isNew ? NEW_ROW : WHOLE_ROW;
  }

  private static Write<InvocationChange> write(InvocationChange change) {
    Invocation before = change.before();
    Invocation after = change.after();
    boolean isOfItsSession =
        before.epoch() == after.epoch()
            && Arrays.equals(before.journalId(), after.journalId())
            && before.releaseTime().equals(after.releaseTime())
            && before.startDeadline().equals(after.startDeadline());
    if (!isOfItsSession) {
      return WHOLE_CHANGE;
    }
    boolean isStep =
        before.started() == after.started()
            && before.stillRunning() == after.stillRunning()
            && saysNothing(before)
            && saysNothing(after)
            && before.settleTime() == null
            && after.settleTime() == null
            && change.result() == null;
    if (isStep) {
      return STEP;
    }
    if (!Objects.equals(before.reportDeadline(), after.reportDeadline())) {
      return WHOLE_CHANGE;
    }
    boolean isSuccess =
        after.started()
            && !after.stillRunning()
            && saysNothing(after)
            && after.state().isSettled()
            && dueTime(after) == null;
    return isSuccess ? SUCCESS : REPORT;
  }

  private static boolean saysNothing(Invocation invocation) {
    return invocation.reason().isEmpty() && invocation.message().isEmpty();
  }

  private static void bindNew(Params params, NewInvocation added) throws SQLException {
    Invocation invocation = added.invocation();
    params
        .id(invocation.id().value())
        .id(invocation.executionId().value())
        .id(invocation.nodeId().value())
        .number(invocation.ordinal())
        .word(invocation.state())
        .number(invocation.revision())
        .number(invocation.epoch())
        .bytes(invocation.journalId())
        .time(invocation.createTime())
        .time(invocation.releaseTime())
        .time(invocation.startDeadline())
        .time(invocation.reportDeadline())
        .time(dueTime(invocation))
        .text(HistoryCodec.encode(added.first()));
  }

  private static void bindWhole(Params params, NewInvocation added) throws SQLException {
    bindNew(params, added);
    Invocation invocation = added.invocation();
    params
        .number(invocation.taken().bits())
        .flag(invocation.started())
        .flag(invocation.stillRunning())
        .flag(invocation.cancelRequested())
        .text(invocation.reason())
        .text(invocation.message())
        .time(invocation.settleTime());
  }

  private static void bindReport(Params params, InvocationChange change) throws SQLException {
    bindState(params, change);
    bindGuard(params, change);
  }

  private static void bindStep(Params params, InvocationChange change) throws SQLException {
    Invocation after = change.after();
    params
        .word(after.state())
        .number(after.taken().bits())
        .number(after.revision())
        .time(after.reportDeadline())
        .time(dueTime(after))
        .text(HistoryCodec.encode(change.evidence()));
    bindGuard(params, change);
  }

  private static void bindSuccess(Params params, InvocationChange change) throws SQLException {
    Invocation after = change.after();
    params
        .word(after.state())
        .number(after.taken().bits())
        .number(after.revision())
        .time(after.settleTime())
        .text(HistoryCodec.encode(change.evidence()))
        .bytes(encoded(change.result()));
    bindGuard(params, change);
  }

  private static void bindWhole(Params params, InvocationChange change) throws SQLException {
    bindState(params, change);
    Invocation after = change.after();
    params
        .number(after.epoch())
        .bytes(after.journalId())
        .time(after.releaseTime())
        .time(after.startDeadline())
        .time(after.reportDeadline());
    bindGuard(params, change);
  }

  private static void bindState(Params params, InvocationChange change) throws SQLException {
    Invocation after = change.after();
    params
        .word(after.state())
        .number(after.taken().bits())
        .number(after.revision())
        .flag(after.started())
        .flag(after.stillRunning())
        .text(after.reason())
        .text(after.message())
        .time(after.settleTime())
        .time(dueTime(after))
        .text(HistoryCodec.encode(change.evidence()))
        .bytes(encoded(change.result()));
  }

  private static byte @Nullable [] encoded(@Nullable Result result) {
    return result == null ? null : ResultCodec.encode(result);
  }

  private static void bindGuard(Params params, InvocationChange change) throws SQLException {
    Invocation before = change.before();
    params.id(before.id().value()).word(before.state()).number(before.epoch());
  }

  /** Returns when the clock acts on an invocation; null: never. */
  private static @Nullable Instant dueTime(Invocation invocation) {
    if (invocation.state().isWaiting()) {
      return invocation.startDeadline();
    }
    return invocation.state().isOutstanding() ? invocation.reportDeadline() : null;
  }

  /** Writes a list in its order, cut where the statement changes; returns the rows touched. */
  private <T> int[] inRuns(List<T> items, Function<T, Write<T>> writes) {
    int[] counts = new int[items.size()];
    int from = 0;
    while (from < items.size()) {
      Write<T> write = writes.apply(items.get(from));
      int to = from + 1;
      while (to < items.size() && writes.apply(items.get(to)).equals(write)) {
        to++;
      }
      int[] run = statements.batch(write.sql(), items.subList(from, to), write.binding());
      System.arraycopy(run, 0, counts, from, run.length);
      from = to;
    }
    return counts;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import dev.muster.server.audit.AuditRecord;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionEvent;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.ExecutionStore.CohortSlice;
import dev.muster.server.execution.ExecutionStore.ProgressUpdate;
import dev.muster.server.execution.ExecutionTransitions;
import dev.muster.server.execution.InvocationCounts;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationStore.NewInvocation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the changes of one batch and flushes them as row batches: however many steps an execution
 * takes in a batch, its row is written once per flush. Used by the ledger's thread only.
 */
final class GatheringTransaction implements LedgerTransaction {
  private final StoreTransaction store;
  private final Instant now;
  private final ProgressCache cache;

  // Gathered since the last flush.
  private final List<NewInvocation> inserts = new ArrayList<>();
  private final List<InvocationChange> changes = new ArrayList<>();
  private final List<@Nullable Runnable> whenChanged = new ArrayList<>(); // one per change
  private final List<CancelMark> cancelMarks = new ArrayList<>();
  private final List<AuditRecord> audits = new ArrayList<>();
  private final Map<ExecutionId, Moving> moving = new LinkedHashMap<>();

  // Written by this batch.
  private Map<ExecutionId, ExecutionProgress> written = new HashMap<>();
  private final List<Invocation> committedInserts = new ArrayList<>();
  private final List<InvocationChange> committedChanges = new ArrayList<>();
  private final List<Commit.ExecutionMoved> committedMoves = new ArrayList<>();
  private final List<Runnable> afterCommit = new ArrayList<>();

  GatheringTransaction(StoreTransaction store, Instant now, ProgressCache cache) {
    this.store = store;
    this.now = now;
    this.cache = cache;
  }

  @Override
  public StoreTransaction store() {
    return store;
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public void create(Execution execution, List<CohortSlice> cohort) {
    store.executions().insert(execution, cohort);
    written.put(execution.id(), execution.progress());
  }

  @Override
  public void insert(NewInvocation invocation) {
    moving(invocation.invocation().executionId());
    inserts.add(invocation);
  }

  @Override
  public void change(InvocationChange change) {
    gather(change, null);
  }

  @Override
  public void changeThen(InvocationChange change, Runnable whenChanged) {
    gather(change, whenChanged);
  }

  private void gather(InvocationChange change, @Nullable Runnable whenChanged) {
    moving(change.before().executionId());
    changes.add(change);
    this.whenChanged.add(whenChanged);
  }

  @Override
  public void requestCancel(ExecutionId execution, InvocationId invocation) {
    moving(execution);
    cancelMarks.add(new CancelMark(execution, invocation));
  }

  @Override
  public void move(ExecutionId execution, ExecutionEvent event, String stateReason) {
    moving(execution).move(event, stateReason);
  }

  @Override
  public Optional<ExecutionProgress> progress(ExecutionId execution) {
    @Nullable Moving gathered = moving.get(execution);
    if (gathered != null) {
      return Optional.of(gathered.current());
    }
    return before(execution);
  }

  @Override
  public void audit(AuditRecord record) {
    audits.add(record);
  }

  @Override
  public void afterCommit(Runnable action) {
    afterCommit.add(action);
  }

  /**
   * Writes what has gathered.
   *
   * @return per gathered change, in order, whether its row was as the decision saw it
   */
  boolean[] flush() {
    boolean[] hits = writeInvocations();
    writeExecutions();
    if (!audits.isEmpty()) {
      store.audit().append(audits);
      audits.clear();
    }
    return hits;
  }

  private boolean[] writeInvocations() {
    if (!inserts.isEmpty()) {
      List<NewInvocation> rows = new ArrayList<>(inserts.size());
      for (NewInvocation insert : inserts) {
        Moving execution = moving(insert.invocation().executionId());
        Invocation row = insert.invocation().atRevision(execution.revision);
        execution.count(InvocationState.PENDING, row.state());
        rows.add(new NewInvocation(row, insert.first()));
        committedInserts.add(row);
      }
      store.invocations().insert(rows);
      inserts.clear();
    }
    for (CancelMark mark : cancelMarks) {
      store.invocations().requestCancel(mark.invocation, moving(mark.execution).revision);
    }
    cancelMarks.clear();
    if (changes.isEmpty()) {
      return new boolean[0];
    }
    List<InvocationChange> rows = new ArrayList<>(changes.size());
    for (InvocationChange change : changes) {
      rows.add(
          new InvocationChange(
              change.before(),
              change.after().atRevision(moving(change.before().executionId()).revision),
              change.evidence(),
              change.result()));
    }
    changes.clear();
    boolean[] hits = store.invocations().compareAndSet(rows);
    for (int i = 0; i < hits.length; i++) {
      if (hits[i]) {
        InvocationChange change = rows.get(i);
        moving(change.before().executionId())
            .count(change.before().state(), change.after().state());
        committedChanges.add(change);
        @Nullable Runnable then = whenChanged.get(i);
        if (then != null) {
          afterCommit.add(then);
        }
        audits.add(TransitionAudit.of(change, now));
      }
    }
    whenChanged.clear();
    return hits;
  }

  private void writeExecutions() {
    if (moving.isEmpty()) {
      return;
    }
    List<ProgressUpdate> updates = new ArrayList<>(moving.size());
    for (Map.Entry<ExecutionId, Moving> entry : moving.entrySet()) {
      Moving execution = entry.getValue();
      execution.settle();
      ExecutionProgress after = execution.current();
      @Nullable Instant settleTime = after.state().isSettled() ? now : null;
      String stateReason = execution.stateReason;
      if (execution.rests()) { // What it was told on its way here stays.
        Execution row = store.executions().find(entry.getKey()).orElseThrow();
        settleTime = row.settleTime();
        stateReason = row.stateReason();
      }
      updates.add(
          new ProgressUpdate(entry.getKey(), execution.before, after, settleTime, stateReason));
      committedMoves.add(
          new Commit.ExecutionMoved(entry.getKey(), execution.before, after, settleTime));
      written.put(entry.getKey(), after);
    }
    boolean[] hits = store.executions().updateProgress(updates);
    for (int i = 0; i < hits.length; i++) {
      if (!hits[i]) {
        throw new IllegalStateException("execution changed behind the ledger: " + updates.get(i));
      }
    }
    moving.clear();
  }

  /** Marks where {@link #undo} goes back to. Nothing may be gathered and unflushed. */
  Mark mark() {
    return new Mark(
        new HashMap<>(written),
        committedInserts.size(),
        committedChanges.size(),
        committedMoves.size(),
        afterCommit.size());
  }

  /** Forgets what was gathered and written since the mark. */
  void undo(Mark mark) {
    inserts.clear();
    changes.clear();
    whenChanged.clear();
    cancelMarks.clear();
    audits.clear();
    moving.clear();
    written = mark.written;
    truncate(committedInserts, mark.inserts);
    truncate(committedChanges, mark.changes);
    truncate(committedMoves, mark.moves);
    truncate(afterCommit, mark.afterCommit);
  }

  /** Called once the batch is durable: makes what was written known. */
  Commit committed() {
    cache.putAll(written);
    return new Commit(committedInserts, committedChanges, committedMoves);
  }

  List<Runnable> afterCommit() {
    return afterCommit;
  }

  private Moving moving(ExecutionId id) {
    @Nullable Moving known = moving.get(id);
    if (known != null) {
      return known;
    }
    ExecutionProgress before =
        before(id).orElseThrow(() -> new IllegalStateException("no such execution: " + id));
    Moving added = new Moving(before);
    moving.put(id, added);
    return added;
  }

  private Optional<ExecutionProgress> before(ExecutionId id) {
    @Nullable ExecutionProgress mine = written.get(id);
    if (mine != null) {
      return Optional.of(mine);
    }
    @Nullable ExecutionProgress cached = cache.get(id);
    return cached != null ? Optional.of(cached) : store.executions().progress(id);
  }

  private static void truncate(List<?> list, int size) {
    list.subList(size, list.size()).clear();
  }

  /** An execution that this flush moves. */
  private static final class Moving {
    final ExecutionProgress before;
    final long revision;
    private ExecutionState state;
    private final int[] moved = new int[InvocationState.count()]; // on top of the counts before
    private String stateReason = "";

    Moving(ExecutionProgress before) {
      this.before = before;
      this.revision = before.revision() + 1;
      this.state = before.state();
    }

    void move(ExecutionEvent event, String reason) {
      ExecutionState from = state;
      state =
          ExecutionTransitions.target(from, event)
              .orElseThrow(() -> new IllegalStateException(event + " is not legal in " + from));
      stateReason = reason;
    }

    void count(InvocationState from, InvocationState to) {
      if (from != to) {
        moved[from.index()]--;
        moved[to.index()]++;
      }
    }

    void settle() {
      ExecutionTransitions.settlement(counts())
          .flatMap(event -> ExecutionTransitions.target(state, event))
          .ifPresent(settled -> state = settled);
    }

    /**
     * Whether it stays in a state that has a time or a reason of its own: late evidence on what has
     * settled, for one.
     */
    boolean rests() {
      return state == before.state() && (state.isSettled() || state == ExecutionState.PAUSED);
    }

    private InvocationCounts counts() {
      return before.counts().plus(moved);
    }

    ExecutionProgress current() {
      return new ExecutionProgress(state, revision, counts());
    }
  }

  private record CancelMark(ExecutionId execution, InvocationId invocation) {}

  /** A point to go back to. */
  record Mark(
      Map<ExecutionId, ExecutionProgress> written,
      int inserts,
      int changes,
      int moves,
      int afterCommit) {}
}

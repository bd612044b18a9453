// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.FakeClock;
import dev.muster.server.catalog.Catalog;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionEvent;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.InvocationCounts;
import dev.muster.server.execution.OfflinePolicy;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.Plan;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.Surface;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationStore.NewInvocation;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.Reports;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.invocation.StepsDecision;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Labels;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeName;
import dev.muster.server.node.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LedgerTest {
  private static final TestStore store = TestStore.open();
  private static final AtomicLong ids = new AtomicLong(1);

  private final FakeClock clock = new FakeClock();
  private final FaultyStore faulty = new FaultyStore();
  private final List<Commit> commits = Collections.synchronizedList(new ArrayList<>());
  private final List<CommitListener> listeners = new ArrayList<>(List.of(commits::add));
  private Ledger ledger = new Ledger(faulty, clock, List.of());

  @BeforeEach
  void start() {
    ledger =
        new Ledger(faulty, clock, List.of(commit -> listeners.forEach(l -> l.onCommit(commit))));
    ledger.start();
  }

  @AfterEach
  void stop() {
    ledger.close();
  }

  @AfterAll
  static void closeStore() {
    store.close();
  }

  // ---- Batches ----

  @Test
  void whatGathersWhileOneCommitGoesOn_isCommittedTogether() {
    Runnable release = hold();
    long before = faulty.written.get();

    List<CompletableFuture<Integer>> all =
        IntStream.range(0, 500).mapToObj(i -> ledger.submit(tx -> i)).toList();
    release.run();
    all.forEach(CompletableFuture::join);

    assertThat(faulty.written.get() - before).isLessThanOrEqualTo(2);
    assertThat(all).extracting(CompletableFuture::join).isSorted();
  }

  @Test
  void batch_stopsAtItsWeight() {
    Runnable release = hold();
    long before = faulty.written.get();

    List<CompletableFuture<Boolean>> all =
        IntStream.range(0, 3)
            .mapToObj(i -> ledger.submit(LedgerEntry.weighing(Ledger.BATCH_WEIGHT, tx -> true)))
            .toList();
    release.run();
    all.forEach(CompletableFuture::join);

    assertThat(faulty.written.get() - before).isEqualTo(4); // The one held, and three.
  }

  @Test
  void callers_areToldInTheOrderOfTheirEntries() {
    Runnable release = hold();
    List<Integer> told = Collections.synchronizedList(new ArrayList<>());

    List<CompletableFuture<Void>> all =
        IntStream.range(0, 200)
            .mapToObj(i -> ledger.submit(tx -> i).thenAccept(told::add))
            .toList();
    release.run();
    all.forEach(CompletableFuture::join);

    assertThat(told).isSorted().hasSize(200);
  }

  @Test
  void afterCommit_runsOnceDurable_inOrder_andBeforeTheCaller() {
    List<String> told = Collections.synchronizedList(new ArrayList<>());

    ledger
        .submit(
            tx -> {
              tx.afterCommit(() -> told.add("after"));
              return true;
            })
        .thenAccept(done -> told.add("caller"))
        .join();

    assertThat(told).containsExactly("after", "caller");
  }

  // ---- Refusals and failures of entries ----

  @Test
  void refusedEntry_undoesItselfAndNothingElse() {
    ExecutionId execution = execution(3);
    Runnable release = hold();
    List<Runnable> told = new ArrayList<>();

    CompletableFuture<Boolean> first = ledger.submit(tx -> insert(tx, execution, 0));
    CompletableFuture<Boolean> refused =
        ledger.submit(
            tx -> {
              insert(tx, execution, 1);
              tx.afterCommit(() -> told.add(() -> {}));
              throw refusal();
            });
    CompletableFuture<Boolean> third = ledger.submit(tx -> insert(tx, execution, 2));
    release.run();

    assertThat(first.join()).isTrue();
    assertThat(third.join()).isTrue();
    assertThatThrownBy(refused::join).hasCauseInstanceOf(BusException.class);
    assertThat(told).isEmpty();
    assertThat(invocations(execution)).extracting(Invocation::ordinal).containsExactly(0, 2);
    assertConsistent(execution);
  }

  @Test
  void entryThatThrowsWhateverItBe_breaksNobodyElse() {
    // Bug: an Error ended the only thread that writes.
    Runnable release = hold();

    CompletableFuture<Boolean> before = ledger.submit(tx -> true);
    CompletableFuture<Boolean> broken =
        ledger.submit(
            tx -> {
              throw new StackOverflowError("in a test");
            });
    CompletableFuture<Boolean> unchecked =
        ledger.submit(
            tx -> {
              throw new IllegalStateException("in a test");
            });
    CompletableFuture<Boolean> after = ledger.submit(tx -> true);
    release.run();

    assertThat(before.join()).isTrue();
    assertThat(after.join()).isTrue();
    assertThatThrownBy(broken::join).hasCauseInstanceOf(StackOverflowError.class);
    assertThatThrownBy(unchecked::join).hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void changeOfAnUnknownExecution_breaksNobodyElse() {
    ExecutionId execution = execution(1);
    ledger.call(tx -> insert(tx, execution, 0));
    Invocation stray =
        Invocation.pending(
            new InvocationId(uuid()),
            new ExecutionId(uuid()),
            new NodeId(uuid()),
            0,
            clock.instant(),
            clock.instant());
    Runnable release = hold();

    CompletableFuture<Boolean> good = ledger.change(expired(invocations(execution).get(0)));
    CompletableFuture<Boolean> bad = ledger.change(expired(stray));
    release.run();

    assertThat(good.join()).isTrue();
    assertThatThrownBy(bad::join).hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void listenerThatThrows_keepsNobodyFromHearing() {
    // Bug: one failing listener left every caller of the commit waiting for ever.
    ExecutionId execution = execution(1);
    listeners.add(
        0,
        commit -> {
          throw new IllegalStateException("in a test");
        });
    List<String> told = Collections.synchronizedList(new ArrayList<>());

    CompletableFuture<Boolean> done =
        ledger.submit(
            tx -> {
              tx.afterCommit(
                  () -> {
                    throw new IllegalStateException("in a test");
                  });
              tx.afterCommit(() -> told.add("after"));
              return insert(tx, execution, 0);
            });

    assertThat(done.join()).isTrue();
    assertThat(told).containsExactly("after");
  }

  // ---- Failures of the store ----

  @Test
  void storeFailure_isToldToAll_andNothingIsWritten() throws Exception {
    ExecutionId execution = execution(1);
    faulty.next = Fault.BEFORE;

    CompletableFuture<Boolean> failed = ledger.submit(tx -> insert(tx, execution, 0));

    assertThatThrownBy(() -> failed.get(5, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(StoreException.class);
    assertThat(invocations(execution)).isEmpty();
    assertThatThrownBy(
            () -> {
              faulty.next = Fault.BEFORE;
              ledger.call(tx -> true);
            })
        .isInstanceOfSatisfying(
            BusException.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(ErrorReason.STORE_UNAVAILABLE));
    // What was remembered of executions is forgotten with the failure: the next entry goes on from
    // the store.
    assertThat(ledger.<Boolean>call(tx -> insert(tx, execution, 0))).isTrue();
    assertConsistent(execution);
  }

  @Test
  void inDoubtCommit_thatIsDurable_succeeds() {
    ExecutionId execution = execution(1);
    faulty.next = Fault.AFTER_COMMIT;

    assertThat(ledger.submit(tx -> insert(tx, execution, 0)).join()).isTrue();
    assertThat(invocations(execution)).hasSize(1);
    assertThat(ledger.<Boolean>call(tx -> move(tx, execution))).isTrue();
    assertConsistent(execution);
  }

  @Test
  void inDoubtCommit_thatIsNotDurable_fails() {
    ExecutionId execution = execution(1);
    faulty.next = Fault.IN_COMMIT;

    CompletableFuture<Boolean> failed = ledger.submit(tx -> insert(tx, execution, 0));

    assertThatThrownBy(failed::join).hasCauseInstanceOf(StoreException.class);
    assertThat(invocations(execution)).isEmpty();
  }

  @Test
  void inDoubtCommit_isReadBackUntilItCanBe_beforeAnyoneIsTold() {
    ExecutionId execution = execution(1);
    faulty.unreadable.set(2);
    faulty.next = Fault.AFTER_COMMIT;

    assertThat(ledger.submit(tx -> insert(tx, execution, 0)).join()).isTrue();
    assertThat(faulty.unreadable).hasValue(0);
  }

  // ---- Changes ----

  @Test
  void changesOfOneInvocation_inOneBatch_buildOnEachOther() {
    ExecutionId execution = execution(1);
    ledger.call(tx -> insert(tx, execution, 0));
    Invocation pending = invocations(execution).get(0);
    InvocationChange handOver =
        moves()
            .handOver(pending, Driver.COURIER, 1, new byte[0], clock.instant(), clock.instant())
            .orElseThrow();
    InvocationChange acknowledged =
        reported(handOver.after(), InvocationEvent.REPORTED_ACKNOWLEDGED);
    InvocationChange started = reported(acknowledged.after(), InvocationEvent.REPORTED_STARTED);
    InvocationChange succeeded = reported(started.after(), InvocationEvent.REPORTED_SUCCEEDED);
    Runnable release = hold();
    long revision = progress(execution).revision();

    List<CompletableFuture<Boolean>> all =
        List.of(handOver, acknowledged, started, succeeded).stream().map(ledger::change).toList();
    release.run();

    assertThat(all).allMatch(CompletableFuture::join);
    assertThat(progress(execution).state()).isEqualTo(ExecutionState.SUCCEEDED);
    assertThat(progress(execution).revision()).isEqualTo(revision + 1);
    assertConsistent(execution);
  }

  @Test
  void change_ofARowThatMoved_isNotWritten() {
    ExecutionId execution = execution(1);
    ledger.call(tx -> insert(tx, execution, 0));
    Invocation pending = invocations(execution).get(0);
    assertThat(ledger.change(expired(pending)).join()).isTrue();

    assertThat(ledger.change(expired(pending)).join()).isFalse();
    assertConsistent(execution);
  }

  @Test
  void whatIsToFollowAChange_followsIt_andNotWhereTheRowHasMoved() {
    ExecutionId execution = execution(2);
    ledger.call(tx -> insert(tx, execution, 0));
    ledger.call(tx -> insert(tx, execution, 1));
    Invocation moved = invocations(execution).get(0);
    Invocation still = invocations(execution).get(1);
    ledger.change(expired(moved)).join();
    List<InvocationId> followed = Collections.synchronizedList(new ArrayList<>());

    ledger.call(
        tx -> {
          tx.changeThen(expired(moved), () -> followed.add(moved.id()));
          tx.changeThen(expired(still), () -> followed.add(still.id()));
          return true;
        });

    assertThat(followed).containsExactly(still.id());
    assertConsistent(execution);
  }

  @Test
  void whatIsToFollowAChange_isForgottenWithAnEntryThatIsRefused() {
    ExecutionId execution = execution(1);
    ledger.call(tx -> insert(tx, execution, 0));
    Invocation pending = invocations(execution).get(0);
    List<InvocationId> followed = Collections.synchronizedList(new ArrayList<>());

    CompletableFuture<Boolean> refused =
        ledger.submit(
            tx -> {
              tx.changeThen(expired(pending), () -> followed.add(pending.id()));
              throw refusal();
            });

    assertThatThrownBy(refused::join).hasCauseInstanceOf(BusException.class);
    assertThat(ledger.change(expired(pending)).join()).isTrue();
    assertThat(followed).isEmpty();
    assertConsistent(execution);
  }

  @Test
  void lateEvidence_doesNotMoveTheTimeAtWhichTheExecutionSettled() {
    // Bug: every commit that touched a settled execution gave it a new settle time.
    ExecutionId execution = execution(1);
    ledger.call(tx -> insert(tx, execution, 0));
    InvocationChange handOver =
        moves()
            .handOver(
                invocations(execution).get(0),
                Driver.COURIER,
                1,
                new byte[0],
                clock.instant(),
                clock.instant())
            .orElseThrow();
    ledger.change(handOver).join();
    InvocationChange lost =
        moves()
            .settle(
                handOver.after(),
                InvocationEvent.REPORT_DEADLINE_PASSED,
                Driver.CLOCK,
                "R",
                "",
                clock.instant())
            .orElseThrow();
    ledger.change(lost).join();
    var settled = read(execution).settleTime();
    clock.advance(Duration.ofHours(1));

    ledger.change(reported(lost.after(), InvocationEvent.REPORTED_ACKNOWLEDGED)).join();

    assertThat(settled).isNotNull();
    assertThat(read(execution).settleTime()).isEqualTo(settled);
    assertThat(progress(execution).state()).isEqualTo(ExecutionState.FAILED);
  }

  @Test
  void everyCommitThatTouchesAnExecution_raisesItsRevisionByOne() {
    ExecutionId execution = execution(4);
    commits.clear();
    for (int i = 0; i < 4; i++) {
      int ordinal = i;
      ledger.call(tx -> insert(tx, execution, ordinal));
    }
    for (Invocation invocation : invocations(execution)) {
      ledger.change(expired(invocation)).join();
    }

    List<Commit.ExecutionMoved> moved =
        commits.stream().flatMap(commit -> commit.executions().stream()).toList();
    assertThat(moved).hasSize(8);
    for (int i = 0; i < 8; i++) {
      assertThat(moved.get(i).after().revision()).isEqualTo(2 + i);
      assertThat(moved.get(i).before().revision()).isEqualTo(1 + i);
    }
    assertThat(progress(execution).state()).isEqualTo(ExecutionState.FAILED);
    assertConsistent(execution);
  }

  // ---- Bounds and end ----

  @Test
  void fullQueue_refusesAtOnce() {
    Runnable release = hold();
    for (int i = 0; i < Ledger.QUEUE; i++) {
      var unused = ledger.submit(tx -> true);
    }

    CompletableFuture<Boolean> surplus = ledger.submit(tx -> true);

    assertThat(surplus).isCompletedExceptionally();
    assertThatThrownBy(surplus::join).hasCauseInstanceOf(StoreException.class);
    release.run();
  }

  @Test
  void close_commitsWhatIsQueued_andTellsOfIt() throws Exception {
    Runnable release = hold();
    List<CompletableFuture<Integer>> queued =
        IntStream.range(0, 100).mapToObj(i -> ledger.submit(tx -> i)).toList();
    Thread closer = new Thread(ledger::close);
    closer.start();
    release.run();
    closer.join(TimeUnit.SECONDS.toMillis(10));

    assertThat(closer.isAlive()).isFalse();
    assertThat(queued).allMatch(CompletableFuture::isDone);
    assertThat(queued).extracting(CompletableFuture::join).isSorted();
    assertThatThrownBy(() -> ledger.call(tx -> true))
        .isInstanceOfSatisfying(
            BusException.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(ErrorReason.SERVER_DRAINING));
  }

  /**
   * Guards against an entry that is added while the writer looks for the last time, and that nobody
   * ever answers.
   */
  @Test
  void everyEntryIsAnswered_howeverItMeetsTheClose() throws Exception {
    for (int round = 0; round < 50; round++) {
      Ledger closing = new Ledger(faulty, clock, List.of());
      closing.start();
      List<CompletableFuture<Boolean>> all = Collections.synchronizedList(new ArrayList<>());
      CountDownLatch begun = new CountDownLatch(1);
      Thread submitter =
          new Thread(
              () -> {
                for (int i = 0; i < 2_000; i++) {
                  all.add(closing.submit(tx -> true));
                  begun.countDown();
                }
              });
      submitter.start();
      begun.await();
      closing.close();
      submitter.join();

      for (CompletableFuture<Boolean> each : all) {
        each.exceptionally(failure -> false).get(5, TimeUnit.SECONDS);
      }
    }
  }

  // ---- Small words ----

  private Runnable hold() {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch latch = new CountDownLatch(1);
    var unused =
        ledger.submit(
            tx -> {
              inside.countDown();
              try {
                latch.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return true;
            });
    try {
      inside.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return latch::countDown;
  }

  private ExecutionId execution(int cohort) {
    ExecutionId id = new ExecutionId(uuid());
    Execution execution =
        new Execution(
            new Order(
                id,
                "default",
                "echo",
                new byte[0],
                Duration.ofMinutes(1),
                clock.instant(),
                new RequestedBy("o", "alice", Surface.CLI, "c")),
            new ExecutionProgress(ExecutionState.RUNNING, 1, InvocationCounts.allPending(cohort)),
            cohort,
            new Execution.Target("", ""),
            "",
            clock.instant(),
            Duration.ofHours(1),
            OfflinePolicy.QUEUE,
            List.of(),
            0,
            new byte[0],
            null,
            null,
            "",
            "",
            Plan.PLAIN);
    ledger.call(
        tx -> {
          tx.create(execution, List.of());
          return true;
        });
    return id;
  }

  private boolean insert(LedgerTransaction tx, ExecutionId execution, int ordinal) {
    NodeId node = new NodeId(uuid());
    tx.store()
        .nodes()
        .insert(
            new Node(
                node,
                "default",
                new NodeName("n-" + ids.getAndIncrement()),
                Labels.of(Map.of()),
                NodeState.ACTIVE,
                Catalog.EMPTY.digest(),
                tx.now(),
                ""),
            Map.of(),
            "");
    Invocation invocation =
        Invocation.pending(
            new InvocationId(uuid()), execution, node, ordinal, tx.now(), tx.now().plusSeconds(60));
    tx.insert(
        new NewInvocation(
            invocation,
            new HistoryEntry(
                null, InvocationState.PENDING, tx.now(), Driver.DISPATCH, "r", 0, "", null, 0)));
    return true;
  }

  private static boolean move(LedgerTransaction tx, ExecutionId execution) {
    tx.move(execution, ExecutionEvent.PAUSED, "for a test");
    return true;
  }

  private InvocationChange expired(Invocation invocation) {
    return moves()
        .settle(
            invocation,
            InvocationEvent.START_DEADLINE_PASSED,
            Driver.CLOCK,
            "R",
            "",
            clock.instant())
        .orElseThrow();
  }

  private InvocationChange reported(Invocation invocation, InvocationEvent event) {
    return ((StepsDecision.Apply)
            Reports.decide(
                invocation, List.of(ReportedStep.of(event)), Driver.NODE, "r", clock.instant()))
        .change();
  }

  private static ServerMoves moves() {
    return new ServerMoves("r");
  }

  private static BusException refusal() {
    return BusException.of(ErrorReason.COHORT_EMPTY).message("no").build();
  }

  private static UUID uuid() {
    return new UUID(ids.getAndIncrement() << 16 | 0x7000, Long.MIN_VALUE);
  }

  private static List<Invocation> invocations(ExecutionId execution) {
    return store.read(tx -> tx.invocations().ofExecution(execution, -1, java.util.Set.of(), 100));
  }

  private static ExecutionProgress progress(ExecutionId execution) {
    return read(execution).progress();
  }

  private static Execution read(ExecutionId execution) {
    return store.read(tx -> tx.executions().find(execution)).orElseThrow();
  }

  /**
   * The counts are those of the rows; what is not materialised counts as PENDING; no row is of a
   * later revision.
   */
  private static void assertConsistent(ExecutionId id) {
    Execution execution = read(id);
    InvocationCounts counts = InvocationCounts.allPending(execution.cohortSize());
    for (Invocation invocation : invocations(id)) {
      counts = counts.moved(InvocationState.PENDING, invocation.state());
      assertThat(invocation.revision()).isLessThanOrEqualTo(execution.progress().revision());
    }
    assertThat(execution.progress().counts()).isEqualTo(counts);
  }

  private enum Fault {
    NONE,
    BEFORE,
    IN_COMMIT,
    AFTER_COMMIT
  }

  /** Passes on to the real store, and fails when told to. */
  private static final class FaultyStore implements LedgerStore {
    volatile Fault next = Fault.NONE; // written by the test and the ledger's thread, in turn
    final AtomicInteger unreadable = new AtomicInteger();
    final AtomicLong written = new AtomicLong();

    @Override
    public void write(long batch, Consumer<StoreTransaction> body) {
      Fault fault = next;
      next = Fault.NONE;
      switch (fault) {
        case NONE -> store.write(batch, body);
        case BEFORE -> throw new StoreException("full", new IllegalStateException(), false);
        case IN_COMMIT -> throw new StoreException("in doubt", new IllegalStateException(), true);
        case AFTER_COMMIT -> {
          store.write(batch, body);
          throw new StoreException("in doubt", new IllegalStateException(), true);
        }
      }
      written.incrementAndGet();
    }

    @Override
    public long lastBatch() {
      if (unreadable.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new StoreException("cannot be read", new IllegalStateException(), false);
      }
      return store.lastBatch();
    }

    @Override
    public <R> R read(Function<StoreTransaction, R> body) {
      return store.read(body);
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException();
    }
  }
}

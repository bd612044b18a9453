// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.muster.server.execution.ExecutionState;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationStore;
import dev.muster.server.invocation.InvocationStore.NewInvocation;
import dev.muster.server.invocation.Result;
import dev.muster.server.invocation.Steps;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the store of invocations promises. The model test covers what sequences of these do. */
abstract class InvocationStoreContract extends StoreContract {
  private static final Result RESULT =
      new Result(
          "{\"a\":1}".getBytes(UTF_8),
          new Result.ResultError("HOOK_EXIT_NONZERO", "exit 3", "{}".getBytes(UTF_8)),
          OptionalInt.of(3),
          new Result.Output("out".getBytes(UTF_8), 1_000, true, 2, new byte[32]),
          Result.Output.NONE);

  @Test
  void find_returnsWhatWasInserted() {
    insert(Samples.pending(1, 1, 1, 0), Samples.dispatched(2, 1, 2, 1));

    assertThat(find(1)).usingRecursiveComparison().isEqualTo(Samples.pending(1, 1, 1, 0));
    assertThat(find(2)).usingRecursiveComparison().isEqualTo(Samples.dispatched(2, 1, 2, 1));
    assertThat(history(1)).containsExactly(Samples.entry(null, InvocationState.PENDING));
    assertThat(found(tx -> tx.invocations().find(Samples.invocationId(3)))).isEmpty();
  }

  @Test
  void insert_ofOneThatIsThere_isAFaultOfTheCaller_andInsertsNone() {
    insert(Samples.pending(1, 1, 1, 0));

    assertThatIllegalStateException()
        .isThrownBy(() -> insert(Samples.pending(2, 1, 2, 1), Samples.pending(1, 1, 3, 2)));

    assertThat(found(tx -> tx.invocations().find(Samples.invocationId(2)))).isEmpty();
  }

  @Test
  void insert_intoATakenPosition_isAFaultOfTheCaller() {
    insert(Samples.pending(1, 1, 1, 0));

    assertThatIllegalStateException().isThrownBy(() -> insert(Samples.pending(2, 1, 2, 0)));
  }

  @Test
  void texts_areKeptWhateverIsInThem() {
    Invocation hostile =
        Samples.in(InvocationState.STARTED, Samples.dispatched(1, 1, 1, 0))
            .settled(
                InvocationState.FAILED,
                "'; DROP TABLE invocation; --",
                "\0 \n\t ü 🜲",
                Samples.NOW);
    insert(Samples.dispatched(1, 1, 1, 0));

    apply(Samples.change(Samples.dispatched(1, 1, 1, 0), hostile));

    assertThat(find(1)).usingRecursiveComparison().isEqualTo(hostile);
  }

  @Test
  void compareAndSet_writesWhereStateAndEpochAreAsBefore() {
    Invocation before = Samples.dispatched(1, 1, 1, 0);
    Invocation after = Samples.in(InvocationState.STARTED, before);
    insert(before);

    assertThat(apply(Samples.change(before, after))).containsExactly(true);
    assertThat(find(1)).usingRecursiveComparison().isEqualTo(after);
    assertThat(history(1))
        .containsExactly(
            Samples.entry(null, InvocationState.DISPATCHED),
            Samples.entry(InvocationState.DISPATCHED, InvocationState.STARTED));
  }

  @Test
  void compareAndSet_writesWhateverDiffers() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int number = 1; number <= 500; number++) {
      Invocation before = any(random, number);
      Invocation after = random.nextBoolean() ? any(random, number) : alike(random, before);
      insert(before);

      assertThat(apply(Samples.change(before, after))).as("seed %d", seed).containsExactly(true);
      assertThat(find(number))
          .as("seed %d, from %s", seed, before)
          .usingRecursiveComparison()
          .isEqualTo(after);
    }
  }

  /** One whose every field that may change is anything. */
  private static Invocation any(Random random, int number) {
    InvocationState state =
        List.of(InvocationState.values()).get(random.nextInt(InvocationState.count()));
    Invocation base = Samples.pending(number, 1, number, number);
    return new Invocation(
        base.id(),
        base.executionId(),
        base.nodeId(),
        base.ordinal(),
        state,
        random.nextBoolean() ? Steps.NONE : Steps.NONE.with(InvocationState.STARTED),
        random.nextInt(9),
        1 + random.nextInt(2),
        random.nextBoolean() ? new byte[0] : new byte[] {7},
        random.nextBoolean(),
        random.nextBoolean(),
        false,
        random.nextBoolean() ? "" : "REASON",
        random.nextBoolean() ? "" : "Why.",
        base.createTime(),
        time(random),
        time(random),
        random.nextBoolean() ? null : time(random),
        state.isSettled() ? time(random) : null);
  }

  /** The same but for its state and one or two other fields: what has a shorter statement. */
  private static Invocation alike(Random random, Invocation before) {
    Invocation other = any(random, before.ordinal());
    return new Invocation(
        before.id(),
        before.executionId(),
        before.nodeId(),
        before.ordinal(),
        other.state(),
        other.taken(),
        other.revision(),
        before.epoch(),
        before.journalId(),
        random.nextInt(4) == 0 ? other.started() : before.started(),
        random.nextInt(4) == 0 ? other.stillRunning() : before.stillRunning(),
        before.cancelRequested(),
        random.nextInt(4) == 0 ? other.reason() : before.reason(),
        random.nextInt(4) == 0 ? other.message() : before.message(),
        before.createTime(),
        before.releaseTime(),
        before.startDeadline(),
        random.nextBoolean() ? other.reportDeadline() : before.reportDeadline(),
        other.settleTime());
  }

  private static Instant time(Random random) {
    return Samples.NOW.plusSeconds(random.nextInt(3));
  }

  @Test
  void compareAndSet_ofAnotherStateOrEpoch_changesNothing() {
    Invocation recorded = Samples.dispatched(1, 1, 1, 0);
    Invocation otherState = Samples.in(InvocationState.STARTED, recorded);
    Invocation otherEpoch = recorded.resumedBy(6);
    insert(recorded);

    boolean[] written =
        apply(
            Samples.change(otherState, Samples.in(InvocationState.SUCCEEDED, otherState)),
            Samples.change(otherEpoch, Samples.in(InvocationState.SUCCEEDED, otherEpoch)),
            Samples.change(
                Samples.dispatched(9, 1, 1, 0),
                Samples.in(InvocationState.STARTED, Samples.dispatched(9, 1, 1, 0))));

    assertThat(written).containsExactly(false, false, false);
    assertThat(find(1)).usingRecursiveComparison().isEqualTo(recorded);
    assertThat(history(1)).hasSize(1);
  }

  @Test
  void compareAndSet_ofSeveralOfOneInvocation_appliesThemInOrder() {
    Invocation dispatched = Samples.dispatched(1, 1, 1, 0);
    Invocation acknowledged = Samples.in(InvocationState.ACKNOWLEDGED, dispatched);
    Invocation started = Samples.in(InvocationState.STARTED, acknowledged);
    Invocation stale = Samples.in(InvocationState.REJECTED, dispatched);
    Invocation succeeded = Samples.in(InvocationState.SUCCEEDED, started);
    insert(dispatched, Samples.dispatched(2, 1, 2, 1));

    boolean[] written =
        apply(
            Samples.change(dispatched, acknowledged),
            Samples.change(acknowledged, started),
            Samples.change(dispatched, stale),
            Samples.change(
                Samples.dispatched(2, 1, 2, 1),
                Samples.in(InvocationState.ACKNOWLEDGED, Samples.dispatched(2, 1, 2, 1))),
            Samples.change(started, succeeded));

    assertThat(written).containsExactly(true, true, false, true, true);
    assertThat(find(1)).usingRecursiveComparison().isEqualTo(succeeded);
    assertThat(history(1))
        .extracting(HistoryEntry::to)
        .containsExactly(
            InvocationState.DISPATCHED,
            InvocationState.ACKNOWLEDGED,
            InvocationState.STARTED,
            InvocationState.SUCCEEDED);
  }

  @Test
  void compareAndSet_ofThousands_tellsHitsFromMisses() {
    int count = 2_500;
    List<Invocation> all =
        IntStream.range(0, count).mapToObj(i -> Samples.dispatched(i + 1, 1, i + 1, i)).toList();
    store().write(tx -> tx.invocations().insert(all.stream().map(Samples::added).toList()));
    List<InvocationChange> changes =
        all.stream()
            .map(
                one -> {
                  Invocation before = one.ordinal() % 3 == 0 ? one.resumedBy(99) : one;
                  return Samples.change(before, Samples.in(InvocationState.STARTED, before));
                })
            .toList();

    boolean[] written = store().writing(tx -> tx.invocations().compareAndSet(changes));

    for (int i = 0; i < count; i++) {
      assertThat(written[i]).isEqualTo(i % 3 != 0);
    }
  }

  @Test
  void compareAndSet_keepsTheCancelRequestOfTheRow() {
    Invocation before = Samples.dispatched(1, 1, 1, 0);
    insert(before);
    store().write(tx -> tx.invocations().requestCancel(before.id(), 7));

    apply(Samples.change(before, Samples.in(InvocationState.STARTED, before)));

    assertThat(find(1).cancelRequested()).isTrue();
    assertThat(find(1).state()).isEqualTo(InvocationState.STARTED);
  }

  @Test
  void requestCancel_ofOneThatNoNodeHolds_changesNothing() {
    insert(Samples.pending(1, 1, 1, 0));

    store().write(tx -> tx.invocations().requestCancel(Samples.invocationId(1), 7));

    assertThat(find(1)).usingRecursiveComparison().isEqualTo(Samples.pending(1, 1, 1, 0));
  }

  @Test
  void requestCancel_raisesTheRevision() {
    insert(Samples.dispatched(1, 1, 1, 0));

    store().write(tx -> tx.invocations().requestCancel(Samples.invocationId(1), 7));

    assertThat(find(1).revision()).isEqualTo(7);
  }

  @Test
  void results_areThoseThatChangesBrought() {
    Invocation before = Samples.dispatched(1, 1, 1, 0);
    Invocation failed = Samples.in(InvocationState.FAILED, before);
    Invocation later = failed.atRevision(9);
    insert(before, Samples.dispatched(2, 1, 2, 1));

    apply(
        new InvocationChange(
            before,
            failed,
            List.of(Samples.entry(InvocationState.DISPATCHED, InvocationState.FAILED)),
            RESULT),
        Samples.change(failed, later));

    Map<InvocationId, Result> results =
        store()
            .read(
                tx ->
                    tx.invocations()
                        .results(
                            List.of(
                                Samples.invocationId(2),
                                Samples.invocationId(1),
                                Samples.invocationId(9))));
    assertThat(results).containsOnlyKeys(Samples.invocationId(1));
    assertThat(results.get(Samples.invocationId(1))).usingRecursiveComparison().isEqualTo(RESULT);
  }

  @Test
  void waiting_isByReleaseTime_ofRunningExecutionsOnly() {
    addExecution(1, ExecutionState.RUNNING);
    addExecution(2, ExecutionState.PAUSED);
    addExecution(3, ExecutionState.RUNNING);
    insert(
        released(Samples.pending(1, 1, 1, 0), Samples.NOW.plusSeconds(2)),
        Samples.pending(2, 2, 1, 0),
        released(Samples.pending(3, 3, 1, 0), Samples.NOW.plusSeconds(1)),
        released(Samples.pending(4, 3, 1, 1), Samples.NOW.plusSeconds(1)),
        Samples.pending(5, 1, 2, 1),
        Samples.dispatched(6, 1, 1, 2));

    assertThat(listed(tx -> tx.invocations().waiting(Samples.nodeId(1), 10)))
        .extracting(Invocation::id)
        .containsExactly(Samples.invocationId(3), Samples.invocationId(4), Samples.invocationId(1));
    assertThat(listed(tx -> tx.invocations().waiting(Samples.nodeId(1), 1))).hasSize(1);
  }

  @Test
  void holdingSlots_isWhatANodeGetsReadyForOrHolds_andWaitingIncludesBarriers() {
    addExecution(1, ExecutionState.RUNNING);
    addExecution(2, ExecutionState.PREPARING);
    addExecution(3, ExecutionState.PAUSED);
    Invocation asked = Samples.in(InvocationState.PREPARING, Samples.pending(1, 1, 1, 0));
    Invocation ready = Samples.in(InvocationState.PREPARED, Samples.pending(2, 2, 1, 0));
    Invocation runs = Samples.dispatched(3, 1, 1, 1);
    Invocation waits = Samples.pending(4, 2, 1, 1);
    insert(asked, ready, runs, waits, Samples.pending(5, 3, 1, 0), Samples.dispatched(6, 1, 2, 2));

    assertThat(
            listed(tx -> tx.invocations().holdingSlots(Samples.nodeId(1))).stream()
                .map(Invocation::id))
        .containsExactly(asked.id(), ready.id(), runs.id());
    assertThat(
            listed(tx -> tx.invocations().waiting(Samples.nodeId(1), 9)).stream()
                .map(Invocation::id))
        .containsExactly(waits.id());
  }

  @Test
  void countPrepared_asksForEachWhoIsReady() {
    addExecution(1, ExecutionState.PREPARING);
    insert(
        Samples.in(InvocationState.PREPARED, Samples.pending(1, 1, 1, 0)),
        Samples.in(InvocationState.PREPARED, Samples.pending(2, 1, 2, 1)),
        Samples.in(InvocationState.PREPARING, Samples.pending(3, 1, 3, 2)));

    assertThat(countPrepared((node, epoch) -> true)).isEqualTo(2);
    assertThat(countPrepared((node, epoch) -> node.equals(Samples.nodeId(2)))).isEqualTo(1);
    assertThat(countPrepared((node, epoch) -> epoch > 0)).isZero();
  }

  private int countPrepared(InvocationStore.LiveSession isLive) {
    return store().read(tx -> tx.invocations().countPrepared(Samples.executionId(1), isLive));
  }

  @Test
  void changedSince_goesOnInTheMiddleOfARevision() {
    insert(
        Samples.pending(1, 1, 1, 0).atRevision(5),
        Samples.pending(2, 1, 2, 1).atRevision(4),
        Samples.pending(3, 1, 3, 2).atRevision(5),
        Samples.pending(4, 1, 4, 3).atRevision(6),
        Samples.pending(5, 2, 4, 0).atRevision(6));

    assertThat(listed(tx -> tx.invocations().changedSince(Samples.executionId(1), 4, 2)))
        .extracting(Invocation::ordinal)
        .containsExactly(0, 2);
    assertThat(listed(tx -> tx.invocations().changedSince(Samples.executionId(1), 5, 0, 9)))
        .extracting(Invocation::ordinal)
        .containsExactly(2, 3);
  }

  @Test
  void due_isEarliestFirst_acrossStates() {
    insert(
        startBy(Samples.pending(1, 1, 1, 0), Samples.NOW.plusSeconds(3)),
        startBy(
            Samples.in(InvocationState.PREPARED, Samples.pending(2, 1, 2, 1)),
            Samples.NOW.plusSeconds(2)),
        startBy(Samples.pending(3, 1, 3, 2), Samples.NOW.plusSeconds(9)),
        Samples.in(InvocationState.STARTED, Samples.dispatched(4, 1, 4, 3)));

    assertThat(listed(tx -> tx.invocations().startDue(Samples.NOW.plusSeconds(3), 10)))
        .extracting(Invocation::ordinal)
        .containsExactly(1, 0);
    assertThat(listed(tx -> tx.invocations().startDue(Samples.NOW.plusSeconds(3), 1)))
        .extracting(Invocation::ordinal)
        .containsExactly(1);
    assertThat(listed(tx -> tx.invocations().reportDue(Samples.NOW.plusSeconds(719), 10)))
        .isEmpty();
    assertThat(listed(tx -> tx.invocations().reportDue(Samples.NOW.plusSeconds(720), 10)))
        .extracting(Invocation::ordinal)
        .containsExactly(3);
  }

  @Test
  void ofNode_isNewestFirst_andGoesOnBehind() {
    insert(
        Samples.pending(1, 1, 1, 0),
        Samples.in(InvocationState.EXPIRED, Samples.pending(2, 2, 1, 0)),
        Samples.pending(3, 3, 1, 0));

    assertThat(ofNode(Optional.empty(), Set.of(), 2)).containsExactly(3, 2);
    assertThat(ofNode(Optional.of(Samples.invocationId(2)), Set.of(), 2)).containsExactly(1);
    assertThat(ofNode(Optional.empty(), Set.of(InvocationState.EXPIRED), 9)).containsExactly(2);
    assertThat(ofNode(Optional.empty(), Set.of(InvocationState.PENDING), 9)).containsExactly(3, 1);
    assertThat(
            ofNode(Optional.empty(), Set.of(InvocationState.PENDING, InvocationState.EXPIRED), 9))
        .containsExactly(3, 2, 1);
  }

  @Test
  void ofNode_goesThroughALongPast_inTheOrderOfIds() {
    // Some are inserted later than their ids were made.
    for (int number : List.of(1, 2, 4, 3, 5, 6, 8, 7)) {
      insert(Samples.in(InvocationState.EXPIRED, Samples.pending(number, 1, 1, number)));
      leaveAStretchBehind();
    }

    assertThat(ofNode(Optional.empty(), Set.of(), 1)).containsExactly(8);
    assertThat(ofNode(Optional.empty(), Set.of(), 3)).containsExactly(8, 7, 6);
    assertThat(ofNode(Optional.of(Samples.invocationId(6)), Set.of(), 2)).containsExactly(5, 4);
    assertThat(ofNode(Optional.of(Samples.invocationId(4)), Set.of(), 3)).containsExactly(3, 2, 1);
    assertThat(ofNode(Optional.empty(), Set.of(), 99)).hasSize(8);
  }

  private List<Integer> ofNode(
      Optional<InvocationId> before, Set<InvocationState> states, int limit) {
    return store()
        .read(tx -> tx.invocations().ofNode(Samples.nodeId(1), before, states, limit))
        .stream()
        .map(one -> (int) (one.id().value().getMostSignificantBits() >> 32))
        .toList();
  }

  private void addExecution(int number, ExecutionState state) {
    store().write(tx -> tx.executions().insert(Samples.execution(number, state), List.of()));
  }

  private void insert(Invocation... invocations) {
    List<NewInvocation> added = Arrays.stream(invocations).map(Samples::added).toList();
    store().write(tx -> tx.invocations().insert(added));
  }

  private boolean[] apply(InvocationChange... changes) {
    return store().writing(tx -> tx.invocations().compareAndSet(List.of(changes)));
  }

  private Invocation find(int number) {
    return store().read(tx -> tx.invocations().find(Samples.invocationId(number))).orElseThrow();
  }

  private List<HistoryEntry> history(int number) {
    return store().read(tx -> tx.invocations().history(Samples.invocationId(number)));
  }

  private static Invocation released(Invocation one, Instant releaseTime) {
    return times(one, releaseTime, one.startDeadline());
  }

  private static Invocation startBy(Invocation one, Instant startDeadline) {
    return times(one, one.releaseTime(), startDeadline);
  }

  private static Invocation times(Invocation one, Instant releaseTime, Instant startDeadline) {
    return new Invocation(
        one.id(),
        one.executionId(),
        one.nodeId(),
        one.ordinal(),
        one.state(),
        one.taken(),
        one.revision(),
        one.epoch(),
        one.journalId(),
        one.started(),
        one.stillRunning(),
        one.cancelRequested(),
        one.reason(),
        one.message(),
        one.createTime(),
        releaseTime,
        startDeadline,
        one.reportDeadline(),
        one.settleTime());
  }
}

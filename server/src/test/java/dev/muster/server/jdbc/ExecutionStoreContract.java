// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.ExecutionStore.CohortSlice;
import dev.muster.server.execution.ExecutionStore.Filter;
import dev.muster.server.execution.ExecutionStore.LiveHolder;
import dev.muster.server.execution.ExecutionStore.ProgressUpdate;
import dev.muster.server.execution.InvocationCounts;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.Preparation;
import dev.muster.server.execution.PrepareMode;
import dev.muster.server.execution.PreparePolicy;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.Surface;
import dev.muster.server.node.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the store of executions promises. */
abstract class ExecutionStoreContract extends StoreContract {
  private static final RequestedBy BOB = new RequestedBy("bob-id", "bob", Surface.GRPC, "c-2");

  @Test
  void find_returnsWhatWasInserted() {
    Execution execution = Samples.execution(1, ExecutionState.RUNNING);
    insert(execution);

    assertThat(find(1)).usingRecursiveComparison().isEqualTo(execution);
    assertThat(found(tx -> tx.executions().progress(execution.id())))
        .contains(execution.progress());
    assertThat(found(tx -> tx.executions().order(execution.id())).orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(execution.order());
    assertThat(found(tx -> tx.executions().find(Samples.executionId(2)))).isEmpty();
    assertThat(found(tx -> tx.executions().progress(Samples.executionId(2)))).isEmpty();
    assertThat(found(tx -> tx.executions().order(Samples.executionId(2)))).isEmpty();
  }

  @Test
  void preparation_isKept_andTakenUpUntilNothingWaits() {
    Execution plain = Samples.execution(1, ExecutionState.RUNNING);
    Execution barrier =
        Samples.preparing(2, new PreparePolicy(PrepareMode.BARRIER, 0, 80, Duration.ofSeconds(60)));
    Execution each =
        Samples.preparing(3, new PreparePolicy(PrepareMode.EACH, 0, 0, Duration.ofMillis(1_500)));
    insert(plain);
    insert(each);
    insert(barrier);

    assertThat(find(2)).usingRecursiveComparison().isEqualTo(barrier);
    assertThat(find(3).order().prepare()).isEqualTo(each.order().prepare());
    assertThat(find(1).order().prepare()).isEqualTo(Preparation.NONE);
    assertThat(found(tx -> tx.executions().order(barrier.id())).orElseThrow().prepare())
        .isEqualTo(barrier.order().prepare());
    assertThat(preparing()).containsExactly(barrier.id(), each.id());
    store().write(tx -> tx.executions().prepared(barrier.id()));
    assertThat(preparing()).containsExactly(each.id());
  }

  private List<ExecutionId> preparing() {
    return listed(tx -> tx.executions().preparing());
  }

  @Test
  void insert_intoAnUnknownProject_isAFaultOfTheCaller() {
    Execution known = Samples.execution(1, ExecutionState.RUNNING);
    Execution unknown = inProject("nowhere", known);

    assertThatIllegalStateException().isThrownBy(() -> insert(unknown));
  }

  @Test
  void updateProgress_writesWhereTheRevisionIsAsBefore() {
    insert(Samples.execution(1, ExecutionState.RUNNING));
    insert(Samples.execution(2, ExecutionState.RUNNING));
    InvocationCounts counts = InvocationCounts.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    ExecutionProgress first = find(1).progress();
    ExecutionProgress second = new ExecutionProgress(ExecutionState.PAUSED, 2, counts);
    ExecutionProgress third = new ExecutionProgress(ExecutionState.FAILED, 3, counts);

    boolean[] written =
        store()
            .writing(
                tx ->
                    tx.executions()
                        .updateProgress(
                            List.of(
                                update(1, first, second, null, "budget spent"),
                                update(1, first, third, Samples.NOW, "stale"),
                                update(1, second, third, Samples.NOW, ""),
                                update(9, first, second, null, ""))));

    assertThat(written).containsExactly(true, false, true, false);
    assertThat(find(1).progress()).isEqualTo(third);
    assertThat(find(1).settleTime()).isEqualTo(Samples.NOW);
    assertThat(find(1).stateReason()).isEmpty();
    assertThat(find(2))
        .usingRecursiveComparison()
        .isEqualTo(Samples.execution(2, ExecutionState.RUNNING));
  }

  @Test
  void recordCancel_keepsTheFirst() {
    insert(Samples.execution(1, ExecutionState.RUNNING));

    store().write(tx -> tx.executions().recordCancel(Samples.executionId(1), Samples.NOW, "oops"));
    store()
        .write(
            tx ->
                tx.executions()
                    .recordCancel(Samples.executionId(1), Samples.NOW.plusSeconds(1), "again"));

    assertThat(find(1).cancelTime()).isEqualTo(Samples.NOW);
    assertThat(find(1).cancelReason()).isEqualTo("oops");
  }

  @Test
  void unmaterialised_isByExecutionThenPosition_untilMaterialised() {
    CohortSlice large = slice(2, 0, 0, CohortSlice.SIZE);
    CohortSlice rest = slice(2, 1, CohortSlice.SIZE, 7);
    CohortSlice small = slice(1, 0, 0, 1);
    store()
        .write(
            tx -> {
              tx.executions()
                  .insert(Samples.execution(2, ExecutionState.RUNNING), List.of(large, rest));
              tx.executions().insert(Samples.execution(1, ExecutionState.RUNNING), List.of(small));
            });

    assertThat(unmaterialised(9)).containsExactly(small, large, rest);
    assertThat(unmaterialised(2)).containsExactly(small, large);

    store().write(tx -> tx.executions().materialised(Samples.executionId(2), 0));

    assertThat(unmaterialised(9)).containsExactly(small, rest);
  }

  @Test
  void list_isNewestFirst_andGoesOnBehind() {
    for (int i = 1; i <= 5; i++) {
      insert(Samples.execution(i, ExecutionState.RUNNING));
    }

    assertThat(list(all(), Optional.empty(), 2)).containsExactly(5, 4);
    assertThat(list(all(), Optional.of(Samples.executionId(4)), 2)).containsExactly(3, 2);
    assertThat(list(all(), Optional.of(Samples.executionId(1)), 2)).isEmpty();
  }

  @Test
  void list_ofSeveralStates_isMergedInOrder() {
    insert(Samples.execution(1, ExecutionState.FAILED));
    insert(Samples.execution(2, ExecutionState.RUNNING));
    insert(Samples.execution(3, ExecutionState.SUCCEEDED));
    insert(Samples.execution(4, ExecutionState.FAILED));
    insert(Samples.execution(5, ExecutionState.RUNNING));
    Filter filter =
        new Filter(
            "default",
            Set.of(ExecutionState.FAILED, ExecutionState.RUNNING),
            "",
            "",
            null,
            null,
            null);

    assertThat(list(filter, Optional.empty(), 3)).containsExactly(5, 4, 2);
    assertThat(list(filter, Optional.of(Samples.executionId(2)), 3)).containsExactly(1);
  }

  @Test
  void list_narrows() {
    Instant later = Samples.NOW.plusSeconds(60);
    insert(Samples.execution(1, ExecutionState.RUNNING, "uptime", Samples.ALICE, Samples.NOW));
    insert(Samples.execution(2, ExecutionState.RUNNING, "deploy", BOB, Samples.NOW));
    insert(Samples.execution(3, ExecutionState.FAILED, "deploy", Samples.ALICE, later));
    store()
        .write(
            tx ->
                tx.invocations()
                    .insert(
                        List.of(
                            Samples.added(Samples.pending(1, 2, 7, 0)),
                            Samples.added(Samples.pending(2, 3, 7, 0)),
                            Samples.added(Samples.pending(3, 1, 8, 0)))));

    assertThat(list(narrowed("deploy", "", null, null, null))).containsExactly(3, 2);
    assertThat(list(narrowed("", "bob", null, null, null))).containsExactly(2);
    assertThat(list(narrowed("", "bob-id", null, null, null))).containsExactly(2);
    assertThat(list(narrowed("", "", Samples.nodeId(7), null, null))).containsExactly(3, 2);
    assertThat(list(narrowed("", "", null, later, null))).containsExactly(3);
    assertThat(list(narrowed("", "", null, null, later))).containsExactly(2, 1);
    assertThat(
            list(
                new Filter(
                    "default",
                    Set.of(ExecutionState.FAILED),
                    "",
                    "",
                    Samples.nodeId(7),
                    null,
                    null)))
        .containsExactly(3);
    assertThat(list(new Filter("other", Set.of(), "", "", null, null, null))).isEmpty();
  }

  @Test
  void list_ofANode_goesThroughALongPast() {
    for (int i = 1; i <= 3; i++) {
      int number = i;
      insert(Samples.execution(number, ExecutionState.RUNNING));
      store()
          .write(
              tx ->
                  tx.invocations()
                      .insert(List.of(Samples.added(Samples.pending(number, number, 7, 0)))));
      leaveAStretchBehind();
    }

    assertThat(list(narrowed("", "", Samples.nodeId(7), null, null))).containsExactly(3, 2, 1);
  }

  @Test
  void inStates_isOldestFirst() {
    insert(Samples.execution(3, ExecutionState.RUNNING));
    insert(Samples.execution(1, ExecutionState.RUNNING));
    insert(Samples.execution(2, ExecutionState.CANCELLING));
    insert(Samples.execution(4, ExecutionState.FAILED));

    assertThat(inStates(9, ExecutionState.RUNNING, ExecutionState.CANCELLING))
        .containsExactly(1, 2, 3);
    assertThat(inStates(1, ExecutionState.RUNNING)).containsExactly(1);
    assertThat(inStates(9, ExecutionState.RUNNING, ExecutionState.FAILED)).containsExactly(1, 3, 4);
    assertThat(inStates(9)).isEmpty();
  }

  @Test
  void live_isCountedByDomain_andByWhoHoldsMost() {
    insert(Samples.execution(1, ExecutionState.RUNNING));
    insert(Samples.execution(2, ExecutionState.PAUSED, "uptime", BOB, Samples.NOW));
    insert(Samples.execution(3, ExecutionState.SCHEDULED, "uptime", BOB, Samples.NOW));
    insert(Samples.execution(4, ExecutionState.SUCCEEDED));

    assertThat(store().<Integer>read(tx -> tx.executions().liveInDomain("default"))).isEqualTo(3);
    assertThat(store().<Integer>read(tx -> tx.executions().liveInDomain("other"))).isZero();
    assertThat(listed(tx -> tx.executions().liveHolders("default", 9)))
        .containsExactly(new LiveHolder("bob", 2), new LiveHolder("alice", 1));
    assertThat(listed(tx -> tx.executions().liveHolders("default", 1)))
        .containsExactly(new LiveHolder("bob", 2));
  }

  private void insert(Execution execution) {
    store().write(tx -> tx.executions().insert(execution, List.of()));
  }

  private Execution find(int number) {
    return store().read(tx -> tx.executions().find(Samples.executionId(number))).orElseThrow();
  }

  private List<CohortSlice> unmaterialised(int limit) {
    return store().read(tx -> tx.executions().unmaterialised(limit));
  }

  private List<Integer> list(Filter filter) {
    return list(filter, Optional.empty(), 50);
  }

  private List<Integer> list(Filter filter, Optional<ExecutionId> before, int limit) {
    return store().read(tx -> tx.executions().list(filter, before, limit)).stream()
        .map(execution -> number(execution.id()))
        .toList();
  }

  private List<Integer> inStates(int limit, ExecutionState... states) {
    return store().read(tx -> tx.executions().inStates(Set.of(states), limit)).stream()
        .map(ExecutionStoreContract::number)
        .toList();
  }

  private static int number(ExecutionId id) {
    return (int) (id.value().getMostSignificantBits() >> 32);
  }

  private static Filter all() {
    return new Filter("default", Set.of(), "", "", null, null, null);
  }

  private static Filter narrowed(
      String action,
      String operator,
      @Nullable NodeId node,
      @Nullable Instant createdAfter,
      @Nullable Instant createdBefore) {
    return new Filter("default", Set.of(), action, operator, node, createdAfter, createdBefore);
  }

  private static ProgressUpdate update(
      int number,
      ExecutionProgress before,
      ExecutionProgress after,
      @Nullable Instant settleTime,
      String reason) {
    return new ProgressUpdate(Samples.executionId(number), before, after, settleTime, reason);
  }

  private static CohortSlice slice(int execution, int slice, int firstOrdinal, int size) {
    return new CohortSlice(
        Samples.executionId(execution),
        slice,
        firstOrdinal,
        IntStream.range(firstOrdinal, firstOrdinal + size).mapToObj(Samples::nodeId).toList());
  }

  private static Execution inProject(String project, Execution execution) {
    return new Execution(
        new Order(
            execution.id(),
            project,
            execution.order().action(),
            execution.order().inputJson(),
            execution.order().runTimeout(),
            execution.order().expireTime(),
            execution.order().requestedBy()),
        execution.progress(),
        execution.cohortSize(),
        execution.target(),
        execution.reason(),
        execution.createTime(),
        execution.startWithin(),
        execution.offline(),
        execution.skippedNodes(),
        execution.skippedOffline(),
        execution.redactedInput(),
        execution.settleTime(),
        execution.cancelTime(),
        execution.cancelReason(),
        execution.stateReason(),
        execution.plan());
  }
}

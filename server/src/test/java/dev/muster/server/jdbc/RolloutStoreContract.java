// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.IneligiblePolicy;
import dev.muster.server.execution.Plan;
import dev.muster.server.execution.RolloutPolicy;
import dev.muster.server.execution.RolloutState;
import dev.muster.server.execution.RolloutStore.Rollout;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationState;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the stores of rollouts and of pauses promise. */
abstract class RolloutStoreContract extends StoreContract {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final ExecutionId ID = Samples.executionId(1);

  @Test
  void plan_comesBackWithItsExecution() {
    Plan plan =
        new Plan(
            new RolloutPolicy(0, 20, 3, 4, 0, Duration.ofMinutes(5)),
            IneligiblePolicy.SKIP,
            Samples.executionId(7));
    Execution planned = planned(1, plan);
    Execution plain = Samples.execution(2, ExecutionState.RUNNING);
    store().write(tx -> tx.executions().insert(planned, List.of()));
    store().write(tx -> tx.executions().insert(plain, List.of()));

    assertThat(found(tx -> tx.executions().find(ID)).map(Execution::plan)).contains(plan);
    assertThat(found(tx -> tx.executions().find(plain.id())).map(Execution::plan))
        .contains(Plan.PLAIN);
  }

  @Test
  void rollout_isFoundAsItWasWritten_andListedUntilItIsClosed() {
    store()
        .write(
            tx ->
                tx.rollouts()
                    .insert(
                        ID,
                        RolloutState.unopened(3),
                        List.of(Samples.nodeId(3), Samples.nodeId(1), Samples.nodeId(2))));
    assertThat(found(tx -> tx.rollouts().find(ID)))
        .contains(new Rollout(RolloutState.unopened(3), new BitSet()));
    assertThat(listed(tx -> tx.rollouts().cohort(ID)))
        .containsExactly(Samples.nodeId(3), Samples.nodeId(1), Samples.nodeId(2));
    Rollout further =
        new Rollout(
            new RolloutState(3, 2, 2, 1, 4, true, Samples.NOW.plus(HOUR)),
            BitSet.valueOf(new long[] {0b101}));

    store().write(tx -> tx.rollouts().update(ID, further));

    assertThat(found(tx -> tx.rollouts().find(ID))).contains(further);
    assertThat(listed(tx -> tx.rollouts().open())).containsExactly(ID);
    store().write(tx -> tx.rollouts().close(ID));
    assertThat(listed(tx -> tx.rollouts().open())).isEmpty();
    assertThat(found(tx -> tx.rollouts().find(Samples.executionId(9)))).isEmpty();
  }

  @Test
  void pause_movesWhatWaitsByItsLength_noFurtherThanTheEnd() {
    Invocation waits = Samples.pending(1, 1, 1, 0);
    Invocation held = Samples.pending(2, 1, 2, 1);
    Invocation handedOver = Samples.dispatched(3, 1, 3, 2);
    Invocation ofOther = Samples.pending(4, 2, 4, 0);
    for (Invocation invocation : List.of(waits, held, handedOver, ofOther)) {
      store().write(tx -> tx.invocations().insert(List.of(Samples.added(invocation))));
    }
    Instant end = Samples.NOW.plus(Duration.ofDays(7));
    Duration pause = HOUR.multipliedBy(2);

    store().write(tx -> tx.pauses().begin(ID, Samples.NOW));
    store().write(tx -> tx.pauses().hold(held, end));
    assertThat(deadline(held)).isEqualTo(end);
    assertThat(listed(tx -> tx.invocations().startDue(end.minusNanos(1_000), 10)))
        .extracting(Invocation::id)
        .containsExactly(waits.id(), ofOther.id());
    store().write(tx -> tx.pauses().end(ID, Samples.NOW.plus(pause), end));

    assertThat(deadline(waits)).isEqualTo(waits.startDeadline().plus(pause));
    assertThat(deadline(held)).isEqualTo(held.startDeadline().plus(pause));
    assertThat(deadline(handedOver)).isEqualTo(handedOver.startDeadline());
    assertThat(deadline(ofOther)).isEqualTo(ofOther.startDeadline());
    assertThat(listed(tx -> tx.invocations().startDue(waits.startDeadline().plus(pause), 10)))
        .extracting(Invocation::id)
        .containsExactlyInAnyOrder(waits.id(), held.id(), ofOther.id());
    store().write(tx -> tx.pauses().begin(ID, Samples.NOW));
    store().write(tx -> tx.pauses().end(ID, end, end));
    assertThat(deadline(waits)).isEqualTo(end);
    assertThat(listed(tx -> tx.invocations().reportDue(end, 10)))
        .extracting(Invocation::state)
        .containsExactly(InvocationState.DISPATCHED);
  }

  private Instant deadline(Invocation invocation) {
    return found(tx -> tx.invocations().find(invocation.id())).orElseThrow().startDeadline();
  }

  private static Execution planned(int number, Plan plan) {
    Execution plain = Samples.execution(number, ExecutionState.RUNNING);
    return new Execution(
        plain.order(),
        plain.progress(),
        plain.cohortSize(),
        plain.target(),
        plain.reason(),
        plain.createTime(),
        plain.startWithin(),
        plain.offline(),
        plain.skippedNodes(),
        plain.skippedOffline(),
        plain.redactedInput(),
        null,
        null,
        "",
        "",
        plan);
  }
}

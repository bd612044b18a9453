// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.barrier;

import static dev.muster.server.invocation.InvocationState.PENDING;
import static dev.muster.server.invocation.InvocationState.PREPARED;
import static dev.muster.server.invocation.InvocationState.PREPARING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.InvocationCounts;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationSamples;
import dev.muster.server.invocation.InvocationState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Known to be exact means: the same as in the store, whatever was heard of it and since when. */
final class ReadyTest {
  private static final List<InvocationState> STATES = List.of(PENDING, PREPARING, PREPARED);
  private static final int COHORT = 4;

  private final Ready ready = new Ready();

  @Test
  void whoIsPrepared_isKnown_untilItIsNot() {
    Invocation preparing = InvocationSamples.in(PREPARING);
    Invocation prepared = InvocationSamples.in(PREPARED);

    ready.changed(change(preparing, prepared));
    ready.heardAll(7);
    assertThat(ready.known().prepared()).containsExactly(prepared);
    assertThat(ready.known().isExactly(progress(7, 1))).isTrue();

    ready.changed(change(prepared, preparing));
    ready.heardAll(8);
    assertThat(ready.known().prepared()).isEmpty();
  }

  @Test
  void halfHeardOf_isNotExact() {
    Invocation prepared = InvocationSamples.in(PREPARED);
    ready.heardAll(7);

    ready.changed(change(InvocationSamples.in(PREPARING), prepared));

    assertThat(ready.known().isExactly(progress(7, 1))).isFalse();
    assertThat(ready.known().isExactly(progress(8, 1))).isFalse();
  }

  @Test
  void commitThatWasNotHeardOfYet_isNotExact() {
    ready.changed(change(InvocationSamples.in(PREPARING), InvocationSamples.in(PREPARED)));
    ready.heardAll(7);

    assertThat(ready.known().isExactly(progress(8, 1))).isFalse();
  }

  @Test
  void forgotten_isNotExact() {
    ready.heardAll(7);
    ready.forget();

    assertThat(ready.known().isExactly(progress(7, 0))).isFalse();
  }

  @Test
  void exact_isTheSameAsTheStore_whereverHearingBegan() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int exact = 0;
    for (int story = 0; story < 2_000; story++) {
      Ready heard = new Ready();
      Map<InvocationId, Invocation> rows = new HashMap<>();
      for (int i = 0; i < COHORT; i++) {
        Invocation row = InvocationSamples.pending(i);
        rows.put(row.id(), row);
      }
      int deafUntil = random.nextInt(5);
      for (int revision = 1; revision <= 12; revision++) {
        for (int i = random.nextInt(COHORT); i >= 0; i--) {
          Invocation before = List.copyOf(rows.values()).get(random.nextInt(COHORT));
          Invocation after = in(before, STATES.get(random.nextInt(STATES.size())));
          rows.put(after.id(), after);
          if (revision > deafUntil) {
            heard.changed(change(before, after));
          }
        }
        if (revision > deafUntil) {
          heard.heardAll(revision);
        }
        List<Invocation> prepared =
            rows.values().stream().filter(row -> row.state() == PREPARED).toList();
        Ready.Known known = heard.known();
        if (known.isExactly(progress(revision, prepared.size()))) {
          exact++;
          assertThat(known.prepared())
              .as("seed %d, story %d, revision %d", seed, story, revision)
              .containsExactlyInAnyOrderElementsOf(prepared);
        }
      }
    }
    assertThat(exact).as("seed %d", seed).isPositive();
  }

  private static Invocation in(Invocation row, InvocationState state) {
    return new Invocation(
        row.id(),
        row.executionId(),
        row.nodeId(),
        row.ordinal(),
        state,
        row.taken(),
        row.revision(),
        1,
        row.journalId(),
        false,
        false,
        false,
        "",
        "",
        row.createTime(),
        row.releaseTime(),
        row.startDeadline(),
        null,
        null);
  }

  private static InvocationChange change(Invocation before, Invocation after) {
    HistoryEntry evidence =
        new HistoryEntry(
            before.state(), after.state(), InvocationSamples.NOW, Driver.NODE, "r", 1, "", null, 0);
    return new InvocationChange(before, after, List.of(evidence), null);
  }

  private static ExecutionProgress progress(long revision, int prepared) {
    return new ExecutionProgress(
        ExecutionState.PREPARING,
        revision,
        InvocationCounts.allPending(COHORT).moved(PENDING, PREPARED, prepared));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.execution.BarrierRule.Verdict;
import dev.muster.server.invocation.InvocationState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The rule of the barrier, against all small cohorts, and the quorum of a policy. */
final class BarrierRuleTest {
  private static final Instant DEADLINE = Instant.parse("2026-01-01T00:01:00Z");
  private static final Instant BEFORE = DEADLINE.minusNanos(1);
  private static final int NODES = 4;

  @Test
  void everySmallCohort_isDecidedAsTheSentenceSays() {
    for (int pending = 0; pending <= NODES; pending++) {
      for (int preparing = 0; pending + preparing <= NODES; preparing++) {
        for (int prepared = 0; pending + preparing + prepared <= NODES; prepared++) {
          InvocationCounts counts = counts(pending, preparing, prepared);
          for (int ready = 0; ready <= prepared; ready++) {
            for (int quorum = 1; quorum <= NODES; quorum++) {
              check(counts, pending + preparing + prepared, ready, quorum);
            }
          }
        }
      }
    }
  }

  private static void check(InvocationCounts counts, int reachable, int ready, int quorum) {
    String what = counts + " ready " + ready + " quorum " + quorum;
    Verdict early = BarrierRule.decide(quorum, ready, counts, DEADLINE, BEFORE);
    Verdict late = BarrierRule.decide(quorum, ready, counts, DEADLINE, DEADLINE);

    assertThat(late).as(what).isEqualTo(Verdict.TOO_LATE);
    assertThat(early == Verdict.OPEN).as(what).isEqualTo(ready >= quorum);
    assertThat(early == Verdict.OUT_OF_REACH).as(what).isEqualTo(reachable < quorum);
    if (early != Verdict.WAIT) {
      assertThat(BarrierRule.isDecidable(quorum, counts, DEADLINE, BEFORE)).as(what).isTrue();
    }
    assertThat(BarrierRule.isDecidable(quorum, counts, DEADLINE, DEADLINE)).isTrue();
  }

  @Test
  void moreReadyThanPrepared_isAFault() {
    assertThatThrownBy(() -> BarrierRule.decide(1, 2, counts(0, 0, 1), DEADLINE, BEFORE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void percentOfACohort_isRoundedUp_andAtLeastOne() {
    assertThat(percent(100).quorumOf(7)).isEqualTo(7);
    assertThat(percent(50).quorumOf(7)).isEqualTo(4);
    assertThat(percent(1).quorumOf(7)).isEqualTo(1);
    assertThat(percent(99).quorumOf(100_000)).isEqualTo(99_000);
    assertThat(percent(67).quorumOf(3)).isEqualTo(3);
    assertThat(new PreparePolicy(PrepareMode.BARRIER, 5, 0, Duration.ofSeconds(1)).quorumOf(7))
        .isEqualTo(5);
  }

  @Test
  void quorum_belongsToABarrier_andToNothingElse() {
    assertThatThrownBy(() -> new PreparePolicy(PrepareMode.EACH, 1, 0, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PreparePolicy(PrepareMode.BARRIER, 1, 50, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PreparePolicy(PrepareMode.BARRIER, 0, 0, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static PreparePolicy percent(int percent) {
    return new PreparePolicy(PrepareMode.BARRIER, 0, percent, Duration.ofSeconds(60));
  }

  /** The rest of the cohort was refused. */
  private static InvocationCounts counts(int pending, int preparing, int prepared) {
    int rest = NODES - pending - preparing - prepared;
    return InvocationCounts.allPending(NODES)
        .moved(InvocationState.PENDING, InvocationState.PREPARING, preparing)
        .moved(InvocationState.PENDING, InvocationState.PREPARED, prepared)
        .moved(InvocationState.PENDING, InvocationState.REJECTED, rest);
  }
}

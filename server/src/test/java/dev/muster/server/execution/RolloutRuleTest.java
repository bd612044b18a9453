// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.execution.RolloutRule.Decision;
import dev.muster.server.execution.RolloutRule.Verdict;
import dev.muster.server.invocation.InvocationState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RolloutRuleTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final Duration PAUSE = Duration.ofMinutes(1);
  private static final int NO_BOUND = 1_000;

  /** All that can become of an invocation, and how it counts. */
  private static final List<InvocationState> ENDS =
      List.of(
          InvocationState.SUCCEEDED,
          InvocationState.FAILED,
          InvocationState.TIMED_OUT,
          InvocationState.CANCELLED,
          InvocationState.REJECTED,
          InvocationState.EXPIRED,
          InvocationState.LOST);

  private static RolloutPolicy policy(int parallel, int canary, int failures, Duration pause) {
    return new RolloutPolicy(parallel, 0, canary, failures, 0, pause);
  }

  @Test
  void shares_areRoundedDown_andAreOneAtLeast() {
    RolloutPolicy tenPercent = new RolloutPolicy(0, 10, 0, 0, 10, Duration.ZERO);

    assertThat(tenPercent.parallelOf(29)).isEqualTo(2);
    assertThat(tenPercent.failuresOf(29)).isEqualTo(2);
    assertThat(tenPercent.parallelOf(3)).isEqualTo(1);
    assertThat(tenPercent.failuresOf(3)).isEqualTo(1);
    assertThat(tenPercent.failuresOf(100_000)).isEqualTo(10_000);
    assertThat(RolloutPolicy.NONE.parallelOf(7)).isEqualTo(7);
  }

  @Test
  void policyThatContradictsItself_isNone() {
    assertThatThrownBy(() -> new RolloutPolicy(1, 1, 0, 0, 0, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RolloutPolicy(0, 0, 0, 1, 1, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RolloutPolicy(0, 0, 0, 3, 0, PAUSE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RolloutPolicy(0, 101, 0, 0, 0, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void boundOfACommit_leavesTheRestOfTheWaveToTheNext() {
    Model model = new Model(policy(800, 0, 0, PAUSE), 2_000, 0);

    assertThat(model.decide(500).open()).isEqualTo(500);
    assertThat(model.decide(500).open()).isEqualTo(300);
    assertThat(model.decide(500).verdict()).isEqualTo(Verdict.WAIT);
  }

  /** Every small policy, every order of ends of every small cohort. */
  @Test
  void everySmallRollout_keepsItsPromises() {
    int rollouts = 0;
    for (int parallel = 0; parallel <= 3; parallel++) {
      for (int canary = 0; canary <= 2; canary++) {
        for (int failures = 0; failures <= 2; failures++) {
          for (Duration pause : List.of(Duration.ZERO, PAUSE)) {
            if (!pause.isZero() && parallel == 0 && canary == 0) {
              continue;
            }
            for (int nodes = 1; nodes <= 4; nodes++) {
              for (int ends = 0; ends < Math.pow(3, nodes); ends++) {
                run(policy(parallel, canary, failures, pause), nodes, ends);
                rollouts++;
              }
            }
          }
        }
      }
    }
    assertThat(rollouts).isGreaterThan(5_000);
  }

  /** The ends of the nodes in the order in which they end, as digits to the base of three. */
  private static void run(RolloutPolicy policy, int nodes, int ends) {
    Model model = new Model(policy, nodes, 0);
    InvocationState[] kinds = {
      InvocationState.SUCCEEDED, InvocationState.FAILED, InvocationState.EXPIRED
    };
    int left = ends;
    while (!model.isSettled()) {
      model.goOn();
      if (model.isSettled()) {
        return;
      }
      if (model.underWay() == 0) {
        model.resume();
      } else {
        model.end(kinds[left % 3]);
        left /= 3;
      }
    }
  }

  @Test
  void randomRollouts_keepTheirPromises() {
    long seed = Long.getLong("muster.seed", System.nanoTime());
    System.out.println("RolloutRuleTest seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      int nodes = 1 + random.nextInt(60);
      int parallel = random.nextInt(8);
      int canary = random.nextInt(4);
      RolloutPolicy policy =
          policy(
              parallel,
              canary,
              random.nextInt(6),
              parallel + canary > 0 && random.nextBoolean() ? PAUSE : Duration.ZERO);
      Model model = new Model(policy, nodes, random.nextInt(3));
      while (!model.isSettled()) {
        model.goOn();
        if (model.underWay() > 0 && (!model.isPaused() || random.nextInt(4) > 0)) {
          boolean well = random.nextInt(3) > 0;
          model.end(well ? InvocationState.SUCCEEDED : ENDS.get(random.nextInt(ENDS.size())));
        } else if (model.isPaused()) {
          model.resume();
        }
        if (random.nextInt(5) == 0) {
          model.heal();
        }
      }
    }
  }

  @Test
  void onePerTime_pausedByItsBudget_hasExactlySoManyFailures() {
    for (int budget = 1; budget <= 5; budget++) {
      Model model = new Model(policy(1, 0, budget, Duration.ZERO), 20, 2);
      Random random = new Random(budget);
      for (int pauses = 1; pauses <= 3; pauses++) {
        while (!model.isPaused()) {
          model.goOn();
          if (model.isSettled()) {
            return;
          }
          if (!model.isPaused()) {
            model.end(random.nextBoolean() ? InvocationState.FAILED : InvocationState.SUCCEEDED);
          }
        }
        assertThat(model.failures()).isEqualTo(pauses * budget);
        model.resume();
      }
    }
  }

  @Test
  void failureForgivenAndHealed_doesNotHideAnother() {
    Model model = new Model(policy(1, 0, 1, Duration.ZERO), 5, 0);
    model.goOn();
    model.end(InvocationState.LOST);
    model.goOn();
    assertThat(model.isPaused()).isTrue();
    model.resume();
    model.goOn();
    model.heal();
    model.end(InvocationState.SUCCEEDED);
    model.goOn();
    model.end(InvocationState.FAILED);

    model.goOn();

    assertThat(model.isPaused()).isTrue();
  }

  @Test
  void failedCanary_pausesUntilAResumeWaivesIt() {
    Model model = new Model(policy(0, 2, 0, Duration.ZERO), 6, 0);
    model.goOn();
    assertThat(model.underWay()).isEqualTo(2);
    model.end(InvocationState.SUCCEEDED);
    model.goOn();
    assertThat(model.underWay()).as("the rest waits for the last canary").isEqualTo(1);
    model.end(InvocationState.CANCELLED);
    model.goOn();
    assertThat(model.isPaused()).isTrue();

    model.resume();
    model.goOn();

    assertThat(model.underWay()).isEqualTo(4);
  }

  /** A cohort whose every step is held against what was promised. */
  private static final class Model {
    private final RolloutPolicy policy;
    private RolloutState state;
    private InvocationCounts counts;
    private Instant now = NOW;
    private boolean paused;
    private boolean canaryWaived;
    private int forgiven;
    private int lastOpened;
    private Instant lastEnd = NOW;
    private final List<InvocationState> ended = new ArrayList<>();

    Model(RolloutPolicy policy, int eligible, int ineligible) {
      this.policy = policy;
      this.state = RolloutState.unopened(eligible);
      this.counts =
          InvocationCounts.allPending(eligible + ineligible)
              .moved(InvocationState.PENDING, InvocationState.REJECTED, ineligible);
    }

    boolean isSettled() {
      return counts.unsettled() == 0;
    }

    boolean isPaused() {
      return paused;
    }

    int underWay() {
      return state.opened() - ended.size();
    }

    int failures() {
      return (int)
          ended.stream()
              .filter(
                  end ->
                      end == InvocationState.FAILED
                          || end == InvocationState.TIMED_OUT
                          || end == InvocationState.REJECTED
                          || end == InvocationState.LOST)
              .count();
    }

    /** Lets it do all that it can do before another node ends. */
    void goOn() {
      while (!paused && !isSettled()) {
        Decision decision = decide(NO_BOUND);
        Instant next = decision.state().nextWaveTime();
        if (decision.verdict() == Verdict.WAIT && next != null) {
          assertThat(decide(NO_BOUND).verdict()).isEqualTo(Verdict.WAIT);
          now = next;
          if (decide(NO_BOUND).verdict() != Verdict.OPEN) {
            assertThat(paused).isTrue();
          }
        } else if (decision.verdict() != Verdict.OPEN) {
          assertThat(paused || underWay() > 0).as("it is not stuck: %s", this).isTrue();
          return;
        }
      }
    }

    Decision decide(int atMost) {
      Decision decision = RolloutRule.decide(policy, state, counts, now, atMost);
      forgiven = Math.min(forgiven, failures()); // What has healed needs no forgiveness.
      boolean canaryFailed =
          !canaryWaived
              && lastOpened <= policy.canary()
              && ended.stream().anyMatch(end -> end != InvocationState.SUCCEEDED);
      switch (decision.verdict()) {
        case WAIT -> assertThat(decision.open()).isZero();
        case OPEN -> opened(decision);
        case BUDGET_SPENT -> {
          assertThat(isSpent()).as("%s", this).isTrue();
          paused = true;
        }
        case CANARY_FAILED -> {
          assertThat(canaryFailed).as("%s", this).isTrue();
          paused = true;
        }
      }
      if (isSpent() || canaryFailed) {
        assertThat(paused).as("%s", this).isTrue();
      }
      state = decision.state();
      return decision;
    }

    private void opened(Decision decision) {
      assertThat(decision.open()).isPositive();
      assertThat(decision.state().opened()).isEqualTo(state.opened() + decision.open());
      assertThat(underWay() + decision.open())
          .as("%s", this)
          .isLessThanOrEqualTo(policy.parallelOf(state.eligible()));
      if (!canaryWaived && state.opened() < policy.canary()) {
        assertThat(decision.state().opened()).as("%s", this).isLessThanOrEqualTo(policy.canary());
      }
      if (state.opened() >= policy.canary() && lastOpened < policy.canary() + 1) {
        assertThat(canaryWaived || ended.size() >= Math.min(policy.canary(), state.opened()))
            .as("%s", this)
            .isTrue();
      }
      boolean isNewWave = decision.state().wave() > Math.max(1, state.wave());
      if (isNewWave) {
        assertThat(underWay()).as("%s", this).isZero();
        assertThat(now).isAfterOrEqualTo(lastEnd.plus(policy.pauseBetween()));
      }
      lastOpened = decision.state().opened();
    }

    void end(InvocationState end) {
      counts = counts.moved(InvocationState.PENDING, end);
      ended.add(end);
      lastEnd = now;
    }

    void heal() {
      if (ended.remove(InvocationState.LOST)) {
        counts = counts.moved(InvocationState.LOST, InvocationState.SUCCEEDED);
        ended.add(InvocationState.SUCCEEDED);
      }
    }

    private boolean isSpent() {
      return policy.isBudgeted() && failures() - forgiven >= policy.failuresOf(state.eligible());
    }

    void resume() {
      canaryWaived |=
          state.opened() <= policy.canary()
              && ended.stream().anyMatch(end -> end != InvocationState.SUCCEEDED);
      forgiven = isSpent() ? failures() : forgiven;
      state = RolloutRule.resumed(policy, state, counts);
      paused = false;
    }

    @Override
    public String toString() {
      return policy + " " + state + " " + counts + " forgiven " + forgiven;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import dev.muster.server.invocation.InvocationState;
import java.time.Instant;

/**
 * Decides how a rollout goes on: which waves open, and when it pauses. Pure. Asked inside the very
 * commit that moves the execution, with what that commit sees.
 *
 * <p>A node that waits for its wave counts as PENDING; what has been opened and has not settled is
 * under way. Within a wave, whenever one settles the next opens, up to {@code max_parallel}. The
 * canaries are the first wave. With a pause between, each further wave is as large as {@code
 * max_parallel}; without, all the rest is one wave.
 */
public final class RolloutRule {
  private RolloutRule() {}

  /** What a rollout does now. */
  public enum Verdict {
    /** Nothing: it waits for what is under way, for its time, or for nobody any more. */
    WAIT,
    /** Hands so many more nodes their invocations. */
    OPEN,
    /** Pauses: as many have failed as may. */
    BUDGET_SPENT,
    /** Pauses: a canary did not succeed. */
    CANARY_FAILED
  }

  /**
   * An answer.
   *
   * @param verdict what it does
   * @param open how many to open, with OPEN
   * @param state how far it has come then
   */
  public record Decision(Verdict verdict, int open, RolloutState state) {}

  /**
   * Decides on a RUNNING execution.
   *
   * @param counts of the whole cohort, in this commit
   * @param atMost how many to open in one commit
   */
  public static Decision decide(
      RolloutPolicy policy, RolloutState at, InvocationCounts counts, Instant now, int atMost) {
    // What was LOST and forgiven may have healed; it must not hide a failure to come.
    RolloutState state = at.forgiving(Math.min(at.forgiven(), failures(at, counts)));
    if (isBudgetSpent(policy, state, counts)) {
      return new Decision(Verdict.BUDGET_SPENT, 0, state);
    }
    if (isCanaryFailed(policy, state, counts)) {
      return new Decision(Verdict.CANARY_FAILED, 0, state);
    }
    if (state.unopened() == 0) {
      return new Decision(Verdict.WAIT, 0, state);
    }
    int underWay = underWay(state, counts);
    if (state.opened() == state.waveEnd()) {
      if (underWay > 0) {
        return new Decision(Verdict.WAIT, 0, state);
      }
      Instant next = state.nextWaveTime();
      if (next == null && state.wave() > 0 && !policy.pauseBetween().isZero()) {
        return new Decision(Verdict.WAIT, 0, state.waveOver(now.plus(policy.pauseBetween())));
      }
      if (next != null && now.isBefore(next)) {
        return new Decision(Verdict.WAIT, 0, state);
      }
      state = state.nextWave(waveSize(policy, state));
    }
    int room = policy.parallelOf(state.eligible()) - underWay;
    int open = Math.min(atMost, Math.min(room, state.waveEnd() - state.opened()));
    return open > 0
        ? new Decision(Verdict.OPEN, open, state.opened(open))
        : new Decision(Verdict.WAIT, 0, state);
  }

  /** Returns how far a paused rollout has come once an operator has taken note and resumes it. */
  public static RolloutState resumed(
      RolloutPolicy policy, RolloutState at, InvocationCounts counts) {
    RolloutState state = at;
    if (isBudgetSpent(policy, state, counts)) {
      state = state.forgiving(failures(state, counts));
    }
    return isCanaryFailed(policy, state, counts) ? state.withCanaryWaived() : state;
  }

  /** Returns how many have failed, not counting nodes that failed a gate at dispatch. */
  public static int failures(RolloutState state, InvocationCounts counts) {
    return counts.in(InvocationState.FAILED)
        + counts.in(InvocationState.TIMED_OUT)
        + counts.in(InvocationState.LOST)
        + counts.in(InvocationState.REJECTED)
        - ineligible(state, counts);
  }

  /** Returns how many have been opened and have not settled. */
  public static int underWay(RolloutState state, InvocationCounts counts) {
    return counts.unsettled() - state.unopened();
  }

  private static boolean isBudgetSpent(
      RolloutPolicy policy, RolloutState state, InvocationCounts counts) {
    return policy.isBudgeted()
        && failures(state, counts) - state.forgiven() >= policy.failuresOf(state.eligible());
  }

  private static boolean isCanaryFailed(
      RolloutPolicy policy, RolloutState state, InvocationCounts counts) {
    int ended = state.opened() - underWay(state, counts);
    return !state.canaryWaived()
        && state.opened() <= policy.canary()
        && ended > counts.in(InvocationState.SUCCEEDED);
  }

  private static int waveSize(RolloutPolicy policy, RolloutState state) {
    int size;
    if (state.wave() == 0 && policy.canary() > 0) {
      size = policy.canary();
    } else if (policy.pauseBetween().isZero()) {
      size = state.unopened();
    } else {
      size = policy.parallelOf(state.eligible());
    }
    return Math.min(size, state.unopened());
  }

  private static int ineligible(RolloutState state, InvocationCounts counts) {
    return counts.total() - state.eligible();
  }
}

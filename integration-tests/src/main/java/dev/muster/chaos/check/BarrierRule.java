// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.operator.v1.PrepareMode;
import dev.muster.proto.operator.v1.PreparePolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Nothing of a barrier is handed over before so many were PREPARED at one moment as the quorum asks
 * for, and nothing at all of one that was ABORTED.
 */
final class BarrierRule implements Rule {
  private static final String RULE = "a barrier opens with its quorum";

  /** One invocation became ready, or ceased to be. */
  private record Step(Instant time, int change) {}

  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    for (Recorded recorded : evidence.recorded()) {
      if (recorded.execution().getPrepare().getMode() == PrepareMode.PREPARE_MODE_BARRIER) {
        check(recorded, violations);
      }
    }
    return violations;
  }

  private static void check(Recorded recorded, List<Violation> violations) {
    Execution execution = recorded.execution();
    Instant handedOver = Instant.MAX;
    List<Step> steps = new ArrayList<>();
    for (GetInvocationResponse invocation : recorded.invocations()) {
      for (InvocationTransition line : invocation.getHistoryList()) {
        if (!Words.isMove(line)) {
          continue;
        }
        Instant time = Words.time(line.getTime());
        if (Words.of(line.getToState()).equals("DISPATCHED") && time.isBefore(handedOver)) {
          handedOver = time;
        }
        if (Words.of(line.getToState()).equals("PREPARED")) {
          steps.add(new Step(time, 1));
        } else if (Words.of(line.getFromState()).equals("PREPARED")) {
          steps.add(new Step(time, -1));
        }
      }
    }
    if (handedOver.equals(Instant.MAX)) {
      return;
    }
    if (execution.getState() == ExecutionState.EXECUTION_STATE_ABORTED) {
      violations.add(
          new Violation(RULE, execution.getId(), "ABORTED, and something was handed over"));
    }
    int most = mostAtOnce(steps, handedOver);
    if (most < quorum(execution)) {
      violations.add(
          new Violation(
              RULE,
              execution.getId(),
              "handed over when at most "
                  + most
                  + " had been ready at once, of "
                  + quorum(execution)));
    }
  }

  /** Returns how many were ready at one moment up to this one; who becomes so counts first. */
  private static int mostAtOnce(List<Step> steps, Instant until) {
    List<Step> sorted = new ArrayList<>(steps);
    sorted.sort(
        Comparator.comparing(Step::time).thenComparing(Step::change, Comparator.reverseOrder()));
    int ready = 0;
    int most = 0;
    for (Step step : sorted) {
      if (step.time().isAfter(until)) {
        break;
      }
      ready += step.change();
      most = Math.max(most, ready);
    }
    return most;
  }

  private static int quorum(Execution execution) {
    PreparePolicy policy = execution.getPrepare();
    if (policy.getQuorumCount() > 0) {
      return policy.getQuorumCount();
    }
    int percent = policy.getQuorumPercent() == 0 ? 100 : policy.getQuorumPercent();
    return (execution.getCohortSize() * percent + 99) / 100;
  }
}

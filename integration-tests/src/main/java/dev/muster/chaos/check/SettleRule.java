// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.Invocation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything settles: a minute after its deadline, or after the last fault was mended, at the
 * latest.
 */
final class SettleRule implements Rule {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    for (Recorded recorded : evidence.recorded()) {
      for (GetInvocationResponse response : recorded.invocations()) {
        Invocation invocation = response.getInvocation();
        String state = Words.of(invocation.getState());
        Instant due = due(invocation, evidence.calm()).plus(PATIENCE);
        if (!Words.isSettled(state)) {
          violations.add(
              new Violation(
                  "everything settles",
                  invocation.getId(),
                  "still "
                      + state
                      + " at "
                      + evidence.collected()
                      + ", due at "
                      + due
                      + "; "
                      + Words.story(response.getHistoryList())));
        } else if (invocation.hasSettleTime()
            && Words.time(invocation.getSettleTime()).isAfter(due)
            && !healed(response)) {
          violations.add(
              new Violation(
                  "everything settles",
                  invocation.getId(),
                  "only at "
                      + Words.time(invocation.getSettleTime())
                      + ", due at "
                      + due
                      + "; "
                      + Words.story(response.getHistoryList())));
        }
      }
    }
    return violations;
  }

  private static boolean healed(GetInvocationResponse response) {
    return Words.firstTo(response.getHistoryList(), "LOST").isPresent();
  }

  private static Instant due(Invocation invocation, Instant calm) {
    Instant deadline = calm;
    if (invocation.hasReportDeadline()) {
      deadline = Words.time(invocation.getReportDeadline());
    } else if (invocation.hasStartDeadline()) {
      deadline = Words.time(invocation.getStartDeadline());
    }
    return deadline.isAfter(calm) ? deadline : calm;
  }
}

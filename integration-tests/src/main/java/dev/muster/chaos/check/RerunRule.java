// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.InvocationTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * At most one run per invocation. Only an idempotent action runs again, each attempt once, and
 * every further attempt is in the history; where the invocation is LOST, the history may not have
 * heard of the last ones.
 */
final class RerunRule implements Rule {
  private static final String RULE = "at most one run per invocation";

  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    Map<String, List<Trace>> starts =
        evidence.traces().stream()
            .filter(trace -> trace.kind() == Trace.Kind.START)
            .collect(Collectors.groupingBy(Trace::invocation));
    for (Recorded recorded : evidence.recorded()) {
      boolean idempotent = evidence.idempotent().contains(recorded.execution().getAction());
      for (GetInvocationResponse response : recorded.invocations()) {
        List<Trace> runs = starts.getOrDefault(response.getInvocation().getId(), List.of());
        String fault = idempotent ? unexplained(runs, response) : repeated(runs);
        if (!fault.isEmpty() && !Copies.mayHaveRunUntold(evidence, response)) {
          violations.add(
              new Violation(
                  RULE,
                  response.getInvocation().getId(),
                  fault + " " + runs + "; " + Words.story(response.getHistoryList())));
        }
      }
    }
    return violations;
  }

  private static String repeated(List<Trace> runs) {
    return runs.size() > 1 ? "ran " + runs.size() + " times" : "";
  }

  private static String unexplained(List<Trace> runs, GetInvocationResponse response) {
    Set<Integer> attempts = new TreeSet<>();
    for (Trace run : runs) {
      if (!attempts.add(run.attempt())) {
        return "attempt " + run.attempt() + " ran twice";
      }
    }
    Set<Integer> told =
        response.getHistoryList().stream()
            .map(InvocationTransition::getAttempt)
            .collect(Collectors.toSet());
    attempts.removeAll(told);
    attempts.remove(1);
    boolean lost = Words.of(response.getInvocation().getState()).equals("LOST");
    return lost || attempts.isEmpty() ? "" : "the history does not tell of attempts " + attempts;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Every acknowledged dispatch exists, one request made one execution, a refused one none, and there
 * is nothing that nobody was told of: every request is repeated until it is answered.
 */
final class DispatchRule implements Rule {
  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    Set<String> recorded =
        evidence.recorded().stream()
            .map(each -> each.execution().getId())
            .collect(Collectors.toSet());
    Set<String> told = new HashSet<>();
    for (Asked asked : evidence.asked()) {
      told.addAll(asked.executions());
      if (asked.executions().size() > 1) {
        violations.add(
            new Violation(
                "one request, one execution", asked.requestId(), "made " + asked.executions()));
      }
      if (!asked.refusal().isEmpty() && !asked.executions().isEmpty()) {
        violations.add(
            new Violation(
                "a refusal is final",
                asked.requestId(),
                "refused with " + asked.refusal() + " and made " + asked.executions()));
      }
      for (String execution : asked.executions()) {
        if (!recorded.contains(execution)) {
          violations.add(
              new Violation(
                  "an acknowledged dispatch exists", asked.requestId(), execution + " is gone"));
        }
      }
    }
    for (String execution : recorded) {
      if (!told.contains(execution)) {
        violations.add(
            new Violation(
                "one request, one execution", execution, "no request was answered with it"));
      }
    }
    return violations;
  }
}

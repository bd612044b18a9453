// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.type.v1.InvocationState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A retry names its source, and goes to the nodes whose invocations were in the asked states then:
 * to no other, and to all of them but those that it says were offline. Nothing names a source that
 * nobody asked to retry.
 */
final class RetryRule implements Rule {
  private static final String RULE = "a retry is of what was asked";

  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    Map<String, Recorded> recorded =
        evidence.recorded().stream()
            .collect(Collectors.toMap(each -> each.execution().getId(), each -> each));
    Map<String, String> sources = new HashMap<>();
    for (Retried retried : evidence.deeds().retried()) {
      sources.put(retried.execution(), retried.source());
      Recorded retry = recorded.get(retried.execution());
      Recorded source = recorded.get(retried.source());
      if (retry != null && source != null) { // Another rule minds what is gone.
        compare(retried, retry, source, violations);
      }
    }
    for (Recorded each : evidence.recorded()) {
      Execution execution = each.execution();
      String asked = sources.getOrDefault(execution.getId(), "");
      if (!execution.getSourceExecutionId().equals(asked)) {
        violations.add(
            new Violation(
                RULE,
                execution.getId(),
                "it names the source '"
                    + execution.getSourceExecutionId()
                    + "', and was asked for '"
                    + asked
                    + "'"));
      }
    }
    return violations;
  }

  private static void compare(
      Retried retried, Recorded retry, Recorded source, List<Violation> violations) {
    Instant then = Words.time(retry.execution().getCreateTime());
    Set<String> has = nodes(retry, response -> true);
    // What settles or heals beside the retry may count or not.
    Set<String> may = nodes(source, response -> wasEver(response, retried.states()));
    Set<String> must =
        nodes(
            source,
            response ->
                retried.states().contains(response.getInvocation().getState())
                    && Words.lastMove(response.getHistoryList()).isBefore(then));
    long missing = must.stream().filter(node -> !has.contains(node)).count();
    if (!may.containsAll(has) || missing > retry.execution().getSkippedOffline()) {
      violations.add(
          new Violation(
              RULE,
              retried.execution(),
              "it went to " + has + "; in " + retried.states() + " were " + must + ", or " + may));
    }
  }

  private static Set<String> nodes(Recorded recorded, Predicate<GetInvocationResponse> which) {
    return recorded.invocations().stream()
        .filter(which)
        .map(response -> response.getInvocation().getNodeName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean wasEver(GetInvocationResponse response, Set<InvocationState> states) {
    return response.getHistoryList().stream()
        .map(InvocationTransition::getToState)
        .anyMatch(states::contains);
  }
}

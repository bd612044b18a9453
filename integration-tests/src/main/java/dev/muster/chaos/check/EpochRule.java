// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.InvocationTransition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The newest session wins: once the agent has heard of it, nothing is handed over with an older
 * epoch, and no report that carries one changes anything.
 */
final class EpochRule implements Rule {
  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    for (Recorded recorded : evidence.recorded()) {
      for (GetInvocationResponse response : recorded.invocations()) {
        for (InvocationTransition line : response.getHistoryList()) {
          newer(evidence, response, line)
              .ifPresent(
                  session ->
                      violations.add(
                          new Violation(
                              "the newest session wins",
                              response.getInvocation().getId(),
                              Words.of(line.getToState())
                                  + " with epoch "
                                  + line.getEpoch()
                                  + " behind "
                                  + session
                                  + "; "
                                  + Words.story(response.getHistoryList()))));
        }
      }
    }
    return violations;
  }

  private static Optional<Presence> newer(
      Evidence evidence, GetInvocationResponse response, InvocationTransition line) {
    boolean counts =
        line.getDriver().equals("node") || Words.of(line.getToState()).equals("DISPATCHED");
    if (!counts || !Words.isMove(line) || line.getEpoch() == 0) {
      return Optional.empty();
    }
    Instant time = Words.time(line.getTime());
    return evidence.presences().stream()
        .filter(presence -> presence.node().equals(response.getInvocation().getNodeName()))
        .filter(presence -> presence.epoch() > line.getEpoch())
        .filter(presence -> presence.from().isBefore(time))
        .findFirst();
  }
}

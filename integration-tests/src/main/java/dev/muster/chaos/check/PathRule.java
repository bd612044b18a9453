// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.operator.v1.PrepareMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Every history is a path of the closed table that ends where the invocation stands, its times and
 * epochs do not go back, and what is to get ready first is never handed over without.
 */
final class PathRule implements Rule {
  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    for (Recorded recorded : evidence.recorded()) {
      for (GetInvocationResponse invocation : recorded.invocations()) {
        for (String fault : faults(recorded.execution(), invocation)) {
          violations.add(
              new Violation(
                  "every history is a path of the table",
                  invocation.getInvocation().getId(),
                  fault + " in " + Words.story(invocation.getHistoryList())));
        }
      }
    }
    return violations;
  }

  private static List<String> faults(Execution execution, GetInvocationResponse invocation) {
    List<String> faults = new ArrayList<>();
    String state = "NEW";
    Instant time = Instant.MIN;
    long epoch = 0;
    for (InvocationTransition line : invocation.getHistoryList()) {
      String from = Words.of(line.getFromState());
      String to = Words.of(line.getToState());
      if (!from.equals(state)) {
        faults.add(from + " after " + state);
      }
      if (Words.isMove(line)) {
        if (!PathTable.leads(from, to)) {
          faults.add(from + " to " + to);
        } else if (!PathTable.mayDrive(from, to, line.getDriver())) {
          faults.add(from + " to " + to + " by " + line.getDriver());
        }
        if (to.equals("DISPATCHED") && getsReady(execution) && !from.equals("PREPARED")) {
          faults.add("handed over before it was ready");
        }
      }
      if (Words.time(line.getTime()).isBefore(time)) {
        faults.add("time goes back");
      }
      if (line.getEpoch() != 0 && line.getEpoch() < epoch) {
        faults.add("epoch " + line.getEpoch() + " after " + epoch);
      }
      state = to;
      time = Words.time(line.getTime());
      epoch = Math.max(epoch, line.getEpoch());
    }
    String stands = Words.of(invocation.getInvocation().getState());
    if (!state.equals(stands)) {
      faults.add("it is " + stands + " and its history ends with " + state);
    }
    return faults;
  }

  private static boolean getsReady(Execution execution) {
    PrepareMode mode = execution.getPrepare().getMode();
    return mode == PrepareMode.PREPARE_MODE_EACH || mode == PrepareMode.PREPARE_MODE_BARRIER;
  }
}

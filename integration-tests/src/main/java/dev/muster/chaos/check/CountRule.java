// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.InvocationCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The counts of an execution are those of its invocations, add up to its cohort, and its state is
 * what they say.
 */
final class CountRule implements Rule {
  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    for (Recorded recorded : evidence.recorded()) {
      Execution execution = recorded.execution();
      Map<String, Integer> counted = new TreeMap<>();
      for (GetInvocationResponse invocation : recorded.invocations()) {
        counted.merge(Words.of(invocation.getInvocation().getState()), 1, Integer::sum);
      }
      Map<String, Integer> told = told(execution.getCounts());
      if (!counted.equals(told)) {
        violations.add(
            new Violation(
                "counts add up", execution.getId(), "it says " + told + " and has " + counted));
      }
      if (recorded.invocations().size() != execution.getCohortSize()) {
        violations.add(
            new Violation(
                "counts add up",
                execution.getId(),
                "a cohort of "
                    + execution.getCohortSize()
                    + " has "
                    + recorded.invocations().size()));
      }
      if (!agrees(execution.getState(), counted)) {
        violations.add(
            new Violation(
                "an execution is what its invocations are",
                execution.getId(),
                execution.getState() + " with " + counted));
      }
    }
    return violations;
  }

  private static boolean agrees(ExecutionState state, Map<String, Integer> counted) {
    boolean settled = counted.keySet().stream().allMatch(Words::isSettled);
    boolean succeeded = counted.keySet().equals(Set.of("SUCCEEDED"));
    return switch (state) {
      case EXECUTION_STATE_SUCCEEDED -> succeeded;
      case EXECUTION_STATE_FAILED -> settled && !succeeded;
      case EXECUTION_STATE_CANCELLED, EXECUTION_STATE_ABORTED, EXECUTION_STATE_DENIED -> settled;
      case EXECUTION_STATE_SCHEDULED,
          EXECUTION_STATE_AWAITING_APPROVAL,
          EXECUTION_STATE_PREPARING,
          EXECUTION_STATE_RUNNING,
          EXECUTION_STATE_PAUSED,
          EXECUTION_STATE_CANCELLING ->
          !settled;
      case EXECUTION_STATE_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  private static Map<String, Integer> told(InvocationCounts counts) {
    Map<String, Integer> told = new TreeMap<>();
    told.put("PENDING", counts.getPending());
    told.put("PREPARING", counts.getPreparing());
    told.put("PREPARED", counts.getPrepared());
    told.put("DISPATCHED", counts.getDispatched());
    told.put("ACKNOWLEDGED", counts.getAcknowledged());
    told.put("STARTED", counts.getStarted());
    told.put("SUCCEEDED", counts.getSucceeded());
    told.put("FAILED", counts.getFailed());
    told.put("TIMED_OUT", counts.getTimedOut());
    told.put("CANCELLED", counts.getCancelled());
    told.put("REJECTED", counts.getRejected());
    told.put("EXPIRED", counts.getExpired());
    told.put("LOST", counts.getLost());
    told.values().removeIf(count -> count == 0);
    return told;
  }
}

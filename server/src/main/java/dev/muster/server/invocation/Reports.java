// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides on the reports of nodes by the table. Pure. */
public final class Reports {
  private Reports() {}

  /**
   * Decides on a report of several steps. They apply in order; steps already in the history are
   * skipped; if one that is left is illegal, none applies.
   *
   * @param driver {@link Driver#NODE} for a report, {@link Driver#RECONCILE} for what a journal
   *     says
   */
  public static StepsDecision decide(
      Invocation invocation, List<ReportedStep> steps, Driver driver, String replica, Instant now) {
    Invocation current = invocation;
    List<HistoryEntry> evidence = new ArrayList<>(steps.size());
    @Nullable Result result = null;
    for (ReportedStep step : steps) {
      if (isKnownRerun(current, step)) {
        continue;
      }
      Decision decision =
          InvocationTransitions.decide(current.state(), current.taken(), step.event());
      if (decision instanceof Decision.Repeated) {
        continue;
      }
      if (decision instanceof Decision.Refused refused) {
        // None applies, so the invocation stays where it was, not where the steps before would have
        // brought it.
        return new StepsDecision.Refuse(invocation.state(), step.state(), refused.legalFrom());
      }
      if (saysThatItNeverRan(current, step) && (current.started() || current.isUnproven())) {
        // The node has said that it did, or another copy of its journal may know better.
        return new StepsDecision.Refuse(
            invocation.state(), step.state(), without(invocation.state(), step.event()));
      }
      InvocationState to =
          decision instanceof Decision.Applied applied ? applied.to() : current.state();
      evidence.add(
          new HistoryEntry(
              current.state(),
              to,
              now,
              driver,
              replica,
              current.epoch(),
              to == current.state() ? "EVIDENCE_" + step.state() : step.reason(),
              step.agentTime(),
              step.attempt()));
      current = current.after(step, to, now);
      if (step.result() != null) {
        result = step.result();
      }
    }
    if (evidence.isEmpty()) {
      return new StepsDecision.Repeat(current.state());
    }
    return new StepsDecision.Apply(new InvocationChange(invocation, current, evidence, result));
  }

  private static boolean saysThatItNeverRan(Invocation current, ReportedStep step) {
    return step.state() == InvocationState.REJECTED
        || (step.state() == InvocationState.CANCELLED && !current.started());
  }

  private static boolean isKnownRerun(Invocation current, ReportedStep step) {
    return step.event() == InvocationEvent.REPORTED_STARTED_AGAIN
        && step.attempt() <= current.taken().attempt();
  }

  private static Set<InvocationState> without(InvocationState state, InvocationEvent event) {
    Set<InvocationState> legalFrom = EnumSet.copyOf(InvocationTransitions.legalFrom(event));
    legalFrom.remove(state);
    return legalFrom;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.InvocationState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How invocations end: the final step is written down, then told. Confined to the loop. */
final class Settlement {
  private static final Logger log = LoggerFactory.getLogger(Settlement.class);

  private final Invocations invocations;
  private final Reports reports;
  private final OutputUploads uploads;
  private final Steps steps;

  Settlement(Invocations invocations, Reports reports, OutputUploads uploads, Steps steps) {
    this.invocations = invocations;
    this.reports = reports;
    this.uploads = uploads;
    this.steps = steps;
  }

  /** Settles what has not begun, or has nothing to add to what it told. */
  void settle(Invocation invocation, CallbackStep.Builder last) {
    invocation.cancelReportTimer();
    invocation.command = null;
    invocation.entry = invocation.entry.settled(steps.timed(last));
    log.atInfo()
        .addKeyValue("invocation", invocation.id)
        .log("{} {}", last.getState(), last.getReason());
    if (!invocations.holds(invocation)) {
      return; // Settled before it was ever stored: storing it comes next.
    }
    invocations.save(invocation, invocation.entry);
    uploads.settled(invocation);
    if (invocation.forgotten) {
      invocations.forgetDone(invocation);
    } else {
      reports.now(invocation.id);
    }
  }

  /** Settles a run; that it ran is told before how it ended. */
  void settleStarted(Invocation invocation, CallbackStep.Builder last) {
    boolean told =
        invocation.entry.steps().stream()
            .anyMatch(
                step ->
                    step.getState() == InvocationState.INVOCATION_STATE_STARTED
                        && step.getAttempt() == invocation.entry.attempt());
    if (!told) {
      invocation.entry = invocation.entry.with(steps.started(invocation.entry.attempt()));
    }
    settle(invocation, last);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.catalog.Outcome;
import dev.muster.agent.execution.StopSignal.Stop;
import dev.muster.agent.journal.JournalEntry;
import dev.muster.agent.process.ProcessMark;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Progress;
import dev.muster.proto.type.v1.InvocationState;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what becomes of runs into steps, and gives their slots back. Confined to the loop. */
final class RunOutcomes implements RunLauncher.Watcher {
  private static final Logger log = LoggerFactory.getLogger(RunOutcomes.class);

  private final Invocations invocations;
  private final Reports reports;
  private final Settlement settlement;
  private final Steps steps;
  private final Slots slots;
  private final Uplink uplink;
  private final Runnable onSlotFree;

  RunOutcomes(
      Invocations invocations,
      Reports reports,
      Settlement settlement,
      Steps steps,
      Slots slots,
      Uplink uplink,
      Runnable onSlotFree) {
    this.invocations = invocations;
    this.reports = reports;
    this.settlement = settlement;
    this.steps = steps;
    this.slots = slots;
    this.uplink = uplink;
    this.onSlotFree = onSlotFree;
  }

  @Override
  public void onBegan(Invocation invocation, LiveRun run, Optional<ProcessMark> process) {
    if (invocation.run != run || invocation.isOver()) {
      return;
    }
    JournalEntry began = invocation.entry.with(steps.started(invocation.entry.attempt()));
    if (process.isPresent()) {
      began = began.started(process.get());
      invocations.save(invocation, began);
    }
    // Without a process, STARTING on disk says as much.
    invocation.entry = began;
    reports.withWhatIsPlanned(invocation);
  }

  @Override
  public void onProgress(Progress progress) {
    uplink.progress(progress);
  }

  @Override
  public void onStillRunning(Invocation invocation, LiveRun run, Stop stop) {
    if (!invocation.isOver()) {
      log.atWarn().addKeyValue("invocation", invocation.id).log("A run does not stop.");
      settlement.settleStarted(
          invocation, FinalStep.stillRunning(stop, run.finishStdout(), run.finishStderr()));
    }
  }

  @Override
  public void onEnded(Invocation invocation, LiveRun run, Outcome outcome) {
    if (invocation.run != run) {
      return;
    }
    invocation.run = null;
    slots.release(invocation.id);
    if (invocation.isOver()) {
      invocations.forgetDone(invocation);
    } else {
      settle(invocation, run, outcome);
    }
    onSlotFree.run();
  }

  private void settle(Invocation invocation, LiveRun run, Outcome outcome) {
    CallbackStep.Builder last =
        FinalStep.of(
            outcome,
            run.signal().stopped(),
            hasStarted(invocation),
            run.finishStdout(),
            run.finishStderr());
    if (outcome instanceof Outcome.NotStarted) {
      settlement.settle(invocation, last);
    } else {
      settlement.settleStarted(invocation, last);
    }
  }

  private static boolean hasStarted(Invocation invocation) {
    return invocation.entry.steps().stream()
        .anyMatch(step -> step.getState() == InvocationState.INVOCATION_STATE_STARTED);
  }
}

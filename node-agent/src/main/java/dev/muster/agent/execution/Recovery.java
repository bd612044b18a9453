// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.journal.Journal;
import dev.muster.agent.journal.JournalEntry;
import dev.muster.agent.journal.Phase;
import dev.muster.agent.process.RunEnvironment;
import dev.muster.agent.process.RunTrace;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.InvocationState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an agent makes of its journal after a restart. Pure. */
final class Recovery {
  /** How often an idempotent action is begun before the agent gives up on it. */
  static final int MOST_ATTEMPTS = 5;

  private Recovery() {}

  /** Returns what processes of this invocation, if any, are found by; empty: there are none. */
  static Optional<RunTrace> survivors(JournalEntry entry) {
    return switch (entry.phase()) {
      case ACCEPTED -> Optional.empty();
      case STARTING, STARTED -> Optional.of(trace(entry));
      // Something that a settled run left behind on purpose is none of our business.
      case SETTLED -> wasStillRunning(entry) ? Optional.of(trace(entry)) : Optional.empty();
      // Of a damaged file not even the marker is left.
      case UNKNOWN ->
          entry.marker().isEmpty()
              ? Optional.of(
                  new RunTrace(RunEnvironment.INVOCATION_ID + "=" + entry.id(), Optional.empty()))
              : Optional.empty();
    };
  }

  /**
   * Returns the entry as it goes on after the agent died: waiting to run again where that is
   * harmless, else a run without an end.
   *
   * @param ended whether its processes are known to have ended
   */
  static JournalEntry afterDeath(JournalEntry entry, boolean ended, Instant now) {
    if (entry.phase() != Phase.STARTING && entry.phase() != Phase.STARTED) {
      return entry;
    }
    if (entry.idempotent() && ended && entry.attempt() < MOST_ATTEMPTS) {
      return withStarted(entry, now).again();
    }
    JournalEntry started = withStarted(entry, now);
    List<CallbackStep> steps = new ArrayList<>(started.steps());
    CallbackStep last = steps.remove(steps.size() - 1);
    String message =
        ended
            ? "The agent died while this ran; what was left of it was ended."
            : "The agent died while this ran; some of its processes could not be ended.";
    steps.add(last.toBuilder().setReason(Journal.DIED_IN_RUN).setMessage(message).build());
    return started.unknown(steps);
  }

  /** The entry with STARTED of this attempt as its last step. */
  private static JournalEntry withStarted(JournalEntry entry, Instant now) {
    List<CallbackStep> steps = entry.steps();
    boolean told =
        !steps.isEmpty()
            && steps.get(steps.size() - 1).getState() == InvocationState.INVOCATION_STATE_STARTED
            && steps.get(steps.size() - 1).getAttempt() == entry.attempt();
    return told
        ? entry
        : entry.with(
            CallbackStep.newBuilder()
                .setState(InvocationState.INVOCATION_STATE_STARTED)
                .setAttempt(entry.attempt())
                .setAgentTime(WireTimes.timestamp(now))
                .build());
  }

  private static boolean wasStillRunning(JournalEntry entry) {
    return !entry.marker().isEmpty()
        && entry.steps().stream().anyMatch(CallbackStep::getStillRunning);
  }

  private static RunTrace trace(JournalEntry entry) {
    return new RunTrace(RunEnvironment.RUN_ID + "=" + entry.marker(), entry.process());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.journal.JournalEntry;
import dev.muster.agent.loop.Loop;
import dev.muster.proto.agent.v1.CallbackStep;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One invocation while this agent knows it: its journal entry, and what is not on disk. Confined to
 * the loop.
 */
final class Invocation {
  final InvocationId id;
  JournalEntry entry;

  /** False where there was no room in the journal: it is reported, and that is all. */
  boolean journaled = true;

  /** What it is to run; null once it is over. */
  @Nullable Command command;

  /** Waits for the server's word after a reconnect before it may start. */
  boolean held;

  /** The run; null before it starts and after it ended. */
  @Nullable LiveRun run;

  /** The server wants to hear nothing more of it. */
  boolean forgotten;

  /** What of its output does not fit into its final step; null: nothing. */
  @Nullable LargeOutput largeOutput;

  /** How many of its steps are durable on the server. */
  int acknowledgedSteps;

  /** Sends what has gathered; null if nothing is planned. */
  Loop.@Nullable Timer reportTimer;

  /** Its action as it was when the run began. */
  @Nullable CatalogEntry action;

  Invocation(JournalEntry entry) {
    this.id = entry.id();
    this.entry = entry;
  }

  /** Returns the steps that can be told now: the final one not before its output is decided. */
  List<CallbackStep> tellable() {
    List<CallbackStep> steps = entry.steps();
    LargeOutput large = largeOutput;
    if (large == null) {
      return steps;
    }
    int last = steps.size() - 1;
    List<CallbackStep> told = new ArrayList<>(steps.subList(0, last));
    if (large.isDecided()) {
      told.add(large.told(steps.get(last)));
    }
    return told;
  }

  /** Returns the steps that the journal is told of: one that may be refused is a callback's. */
  List<CallbackStep> tellableOfJournal() {
    List<CallbackStep> steps = entry.steps();
    return largeOutput == null ? steps : steps.subList(0, steps.size() - 1);
  }

  boolean isRunning() {
    return run != null;
  }

  boolean isOver() {
    return entry.phase().isOver();
  }

  /** Whether nothing of it is needed any more. */
  boolean isDone() {
    return isOver() && !isRunning() && (forgotten || acknowledgedSteps >= entry.steps().size());
  }

  void cancelReportTimer() {
    if (reportTimer != null) {
      reportTimer.cancel();
      reportTimer = null;
    }
  }
}

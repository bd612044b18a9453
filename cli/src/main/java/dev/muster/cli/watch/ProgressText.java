// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import dev.muster.cli.execution.StateCounts;
import dev.muster.cli.execution.States;
import dev.muster.proto.operator.v1.Execution;

/** How far an execution has come, in words: every state with its count. */
final class ProgressText {
  private ProgressText() {}

  static String of(Execution execution) {
    StateCounts counts = StateCounts.of(execution.getCounts());
    return States.name(execution.getState())
        + " "
        + counts.settled()
        + "/"
        + Math.max(counts.total(), execution.getCohortSize())
        + (counts.total() == 0 ? "" : ": " + counts)
        + (execution.getStateReason().isEmpty() ? "" : " (" + execution.getStateReason() + ")");
  }

  static String bar(Execution execution, int columns) {
    StateCounts counts = StateCounts.of(execution.getCounts());
    int total = Math.max(1, Math.max(counts.total(), execution.getCohortSize()));
    int full = (int) ((long) counts.settled() * columns / total);
    return "█".repeat(full) + "░".repeat(columns - full);
  }
}

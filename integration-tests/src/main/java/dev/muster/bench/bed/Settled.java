// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import dev.muster.bench.BenchFailedException;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;

/** Judges executions by their state and counts. */
public final class Settled {
  private Settled() {}

  /** Returns whether an execution has come to its end. */
  static boolean is(Execution execution) {
    return switch (execution.getState()) {
      case EXECUTION_STATE_SUCCEEDED,
          EXECUTION_STATE_FAILED,
          EXECUTION_STATE_CANCELLED,
          EXECUTION_STATE_DENIED,
          EXECUTION_STATE_ABORTED ->
          true;
      case EXECUTION_STATE_SCHEDULED,
          EXECUTION_STATE_AWAITING_APPROVAL,
          EXECUTION_STATE_PREPARING,
          EXECUTION_STATE_RUNNING,
          EXECUTION_STATE_PAUSED,
          EXECUTION_STATE_CANCELLING,
          EXECUTION_STATE_UNSPECIFIED,
          UNRECOGNIZED ->
          false;
    };
  }

  /** Fails the bench unless every one of this many nodes succeeded: a figure for less is none. */
  public static void requireSuccess(Execution execution, int nodes) {
    if (execution.getState() != ExecutionState.EXECUTION_STATE_SUCCEEDED
        || execution.getCohortSize() != nodes
        || execution.getCounts().getSucceeded() != nodes) {
      throw new BenchFailedException(
          "execution "
              + execution.getId()
              + " was to succeed on "
              + nodes
              + " nodes, but is "
              + execution.getState()
              + " on "
              + execution.getCohortSize()
              + ":\n"
              + execution.getCounts());
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.execution;

import dev.muster.cli.output.Cell;
import dev.muster.cli.output.Style;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.type.v1.InvocationState;

/** What there is to say about each state of executions and invocations. */
public final class States {
  private static final String INVOCATION = "INVOCATION_STATE_";
  private static final String EXECUTION = "EXECUTION_STATE_";

  private States() {}

  /** Returns the state's name without the prefix of the enum. */
  public static String name(InvocationState state) {
    return withoutPrefix(state.name(), INVOCATION);
  }

  /** Returns the state's name without the prefix of the enum. */
  public static String name(ExecutionState state) {
    return withoutPrefix(state.name(), EXECUTION);
  }

  /** Returns the state in its colour. */
  public static Cell cell(InvocationState state) {
    return Cell.of(name(state), style(state));
  }

  /** Returns the state in its colour. */
  public static Cell cell(ExecutionState state) {
    return Cell.of(name(state), style(state));
  }

  /** Whether only a late truth about LOST can still change it. */
  public static boolean isSettled(InvocationState state) {
    return severity(state) != SEVERITY_UNSETTLED;
  }

  /** Whether every invocation of an execution in this state has settled. */
  public static boolean isSettled(ExecutionState state) {
    return switch (state) {
      case EXECUTION_STATE_SUCCEEDED,
          EXECUTION_STATE_FAILED,
          EXECUTION_STATE_CANCELLED,
          EXECUTION_STATE_DENIED,
          EXECUTION_STATE_ABORTED ->
          true;
      case EXECUTION_STATE_UNSPECIFIED,
          EXECUTION_STATE_SCHEDULED,
          EXECUTION_STATE_AWAITING_APPROVAL,
          EXECUTION_STATE_PREPARING,
          EXECUTION_STATE_RUNNING,
          EXECUTION_STATE_PAUSED,
          EXECUTION_STATE_CANCELLING,
          UNRECOGNIZED ->
          false;
    };
  }

  private static final int SEVERITY_UNSETTLED = 6;

  /** Returns what an operator wants to see first: the lower, the sooner. */
  static int severity(InvocationState state) {
    return switch (state) {
      case INVOCATION_STATE_LOST -> 0;
      case INVOCATION_STATE_FAILED -> 1;
      case INVOCATION_STATE_TIMED_OUT -> 2;
      case INVOCATION_STATE_REJECTED -> 3;
      case INVOCATION_STATE_EXPIRED -> 4;
      case INVOCATION_STATE_CANCELLED -> 5;
      case INVOCATION_STATE_UNSPECIFIED,
          INVOCATION_STATE_PENDING,
          INVOCATION_STATE_PREPARING,
          INVOCATION_STATE_PREPARED,
          INVOCATION_STATE_DISPATCHED,
          INVOCATION_STATE_ACKNOWLEDGED,
          INVOCATION_STATE_STARTED,
          UNRECOGNIZED ->
          SEVERITY_UNSETTLED;
      case INVOCATION_STATE_SUCCEEDED -> 7;
    };
  }

  /** Returns what a settled state says about whether the action ran. */
  static String meaning(InvocationState state) {
    return switch (state) {
      case INVOCATION_STATE_SUCCEEDED -> "ran and succeeded";
      case INVOCATION_STATE_FAILED -> "ran and failed";
      case INVOCATION_STATE_TIMED_OUT -> "ran into its timeout and was stopped";
      case INVOCATION_STATE_CANCELLED -> "cancelled; each tells whether it had started";
      case INVOCATION_STATE_REJECTED -> "refused, did not run";
      case INVOCATION_STATE_EXPIRED -> "never handed over in time, did not run";
      case INVOCATION_STATE_LOST ->
          "handed over and not heard of since: nobody knows whether it ran, until the node reports";
      case INVOCATION_STATE_UNSPECIFIED,
          INVOCATION_STATE_PENDING,
          INVOCATION_STATE_PREPARING,
          INVOCATION_STATE_PREPARED,
          INVOCATION_STATE_DISPATCHED,
          INVOCATION_STATE_ACKNOWLEDGED,
          INVOCATION_STATE_STARTED,
          UNRECOGNIZED ->
          "under way";
    };
  }

  private static Style style(InvocationState state) {
    return switch (state) {
      case INVOCATION_STATE_SUCCEEDED -> Style.GOOD;
      case INVOCATION_STATE_FAILED, INVOCATION_STATE_TIMED_OUT, INVOCATION_STATE_LOST -> Style.BAD;
      case INVOCATION_STATE_REJECTED, INVOCATION_STATE_EXPIRED, INVOCATION_STATE_CANCELLED ->
          Style.WARNING;
      case INVOCATION_STATE_PENDING -> Style.FAINT;
      case INVOCATION_STATE_PREPARING,
          INVOCATION_STATE_PREPARED,
          INVOCATION_STATE_DISPATCHED,
          INVOCATION_STATE_ACKNOWLEDGED,
          INVOCATION_STATE_STARTED ->
          Style.ACTIVE;
      case INVOCATION_STATE_UNSPECIFIED, UNRECOGNIZED -> Style.PLAIN;
    };
  }

  private static Style style(ExecutionState state) {
    return switch (state) {
      case EXECUTION_STATE_SUCCEEDED -> Style.GOOD;
      case EXECUTION_STATE_FAILED, EXECUTION_STATE_ABORTED, EXECUTION_STATE_DENIED -> Style.BAD;
      case EXECUTION_STATE_CANCELLED,
          EXECUTION_STATE_CANCELLING,
          EXECUTION_STATE_PAUSED,
          EXECUTION_STATE_AWAITING_APPROVAL ->
          Style.WARNING;
      case EXECUTION_STATE_PREPARING, EXECUTION_STATE_RUNNING -> Style.ACTIVE;
      case EXECUTION_STATE_SCHEDULED -> Style.FAINT;
      case EXECUTION_STATE_UNSPECIFIED, UNRECOGNIZED -> Style.PLAIN;
    };
  }

  private static String withoutPrefix(String name, String prefix) {
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.execution.StateCounts;
import dev.muster.cli.execution.States;
import dev.muster.proto.operator.v1.Execution;
import java.util.concurrent.Callable;
import picocli.CommandLine.Parameters;

/** A verb that changes one execution, and shows where it stands then. */
abstract class ChangeVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(paramLabel = "EXECUTION", description = "Id of the execution.")
  private String executionId = "";

  ChangeVerb(VerbContext context) {
    this.context = context;
  }

  /** Asks the server for the change; returns the execution as it is then. */
  abstract Execution change(OperatorConnection connection, String executionId);

  /** Returns what can be done next; empty: nothing. */
  abstract String next(Execution changed);

  @Override
  public final Integer call() {
    try (OperatorConnection connection = context.connect()) {
      Execution execution = connection.call(() -> change(connection, executionId));
      Results.print(context, execution, () -> print(execution));
      return 0;
    }
  }

  private void print(Execution execution) {
    context
        .terminal()
        .line(
            States.name(execution.getState()) + ": " + StateCounts.of(execution.getCounts()) + ".");
    String next = next(execution);
    if (!next.isEmpty()) {
      context.terminal().note(next);
    }
  }
}

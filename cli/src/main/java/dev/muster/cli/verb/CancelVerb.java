// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.cli.execution.StateCounts;
import dev.muster.cli.execution.States;
import dev.muster.proto.operator.v1.CancelExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "cancel",
    description = {
      "Cancels an execution.",
      "What has not been handed over is cancelled at once; for the rest the nodes decide, as a run may be over before the cancel arrives."
    })
final class CancelVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(paramLabel = "EXECUTION", description = "Id of the execution.")
  private String executionId = "";

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why, for the nodes and the audit log.")
  private String reason = "";

  @Mixin private RequestId requestId = new RequestId();

  CancelVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      CancelExecutionRequest request =
          CancelExecutionRequest.newBuilder()
              .setExecutionId(executionId)
              .setRequestId(requestId.value())
              .setReason(reason)
              .build();
      Execution execution =
          connection.call(() -> connection.executions().cancelExecution(request)).getExecution();
      Results.print(context, execution, () -> print(execution));
      return 0;
    }
  }

  private void print(Execution execution) {
    context
        .terminal()
        .line(
            States.name(execution.getState()) + ": " + StateCounts.of(execution.getCounts()) + ".");
    if (!States.isSettled(execution.getState())) {
      context.terminal().note("Follow it with: muster watch " + execution.getId());
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.cli.execution.StateCounts;
import dev.muster.cli.execution.States;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ResumeExecutionRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "resume",
    description = {
      "Resumes a paused execution.",
      "Where failures had paused it, as many are allowed again; where a canary had, it goes on all the same."
    })
final class ResumeVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(paramLabel = "EXECUTION", description = "Id of the execution.")
  private String executionId = "";

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why, for the audit log.")
  private String reason = "";

  @Mixin private RequestId requestId = new RequestId();

  ResumeVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      ResumeExecutionRequest request =
          ResumeExecutionRequest.newBuilder()
              .setExecutionId(executionId)
              .setRequestId(requestId.value())
              .setReason(reason)
              .build();
      Execution execution =
          connection.call(() -> connection.executions().resumeExecution(request)).getExecution();
      Results.print(
          context,
          execution,
          () -> {
            context
                .terminal()
                .line(
                    States.name(execution.getState())
                        + ": "
                        + StateCounts.of(execution.getCounts())
                        + ".");
            context.terminal().note("Follow it with: muster watch " + execution.getId());
          });
      return 0;
    }
  }
}

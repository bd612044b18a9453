// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.cli.execution.States;
import dev.muster.proto.operator.v1.CancelExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "cancel",
    description = {
      "Cancels an execution.",
      "What has not been handed over is cancelled at once; for the rest the nodes decide, as a run may be over before the cancel arrives."
    })
final class CancelVerb extends ChangeVerb {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why, for the nodes and the audit log.")
  private String reason = "";

  @Mixin private RequestId requestId = new RequestId();

  CancelVerb(VerbContext context) {
    super(context);
  }

  @Override
  Execution change(OperatorConnection connection, String executionId) {
    CancelExecutionRequest request =
        CancelExecutionRequest.newBuilder()
            .setExecutionId(executionId)
            .setRequestId(requestId.value())
            .setReason(reason)
            .build();
    return connection.executions().cancelExecution(request).getExecution();
  }

  @Override
  String next(Execution cancelled) {
    return States.isSettled(cancelled.getState())
        ? ""
        : "Follow it with: muster watch " + cancelled.getId();
  }
}

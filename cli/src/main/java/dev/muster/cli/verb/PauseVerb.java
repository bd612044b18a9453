// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.PauseExecutionRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "pause",
    description = {
      "Pauses an execution.",
      "Nothing more is handed over until it is resumed; what is under way ends. The time to start stands still meanwhile."
    })
final class PauseVerb extends ChangeVerb {
  @Mixin private Reason reason = new Reason();
  @Mixin private RequestId requestId = new RequestId();

  PauseVerb(VerbContext context) {
    super(context);
  }

  @Override
  Execution change(OperatorConnection connection, String executionId) {
    PauseExecutionRequest request =
        PauseExecutionRequest.newBuilder()
            .setExecutionId(executionId)
            .setRequestId(requestId.value())
            .setReason(reason.text())
            .build();
    return connection.executions().pauseExecution(request).getExecution();
  }

  @Override
  String next(Execution paused) {
    return "Go on with: muster resume " + paused.getId();
  }
}

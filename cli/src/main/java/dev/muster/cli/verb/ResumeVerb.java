// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ResumeExecutionRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "resume",
    description = {
      "Resumes a paused execution.",
      "Where failures had paused it, as many are allowed again; where a canary had, it goes on all the same."
    })
final class ResumeVerb extends ChangeVerb {
  @Mixin private Reason reason = new Reason();
  @Mixin private RequestId requestId = new RequestId();

  ResumeVerb(VerbContext context) {
    super(context);
  }

  @Override
  Execution change(OperatorConnection connection, String executionId) {
    ResumeExecutionRequest request =
        ResumeExecutionRequest.newBuilder()
            .setExecutionId(executionId)
            .setRequestId(requestId.value())
            .setReason(reason.text())
            .build();
    return connection.executions().resumeExecution(request).getExecution();
  }

  @Override
  String next(Execution resumed) {
    return "Follow it with: muster watch " + resumed.getId();
  }
}

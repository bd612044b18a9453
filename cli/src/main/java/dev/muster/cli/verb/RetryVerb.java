// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.cli.execution.CohortTable;
import dev.muster.cli.watch.Follower;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.RetryExecutionRequest;
import dev.muster.proto.type.v1.InvocationState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "retry",
    description = {
      "Dispatches the same again to nodes of a settled execution, as a new one, and follows it.",
      "By default to those that FAILED, TIMED_OUT, were REJECTED or EXPIRED. What is LOST may have run: name it to retry it."
    },
    footer = {
      "",
      "  muster retry 0190f5d2-… --state LOST,CANCELLED",
      "",
      "Exit codes: 0 all succeeded, 1 not all did, 2 usage, 3 refused, 4 server not reached, 130 detached."
    })
final class RetryVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(paramLabel = "EXECUTION", description = "Id of the execution.")
  private String executionId = "";

  @Option(
      names = "--state",
      paramLabel = "STATE",
      split = ",",
      converter = StateArguments.ForInvocation.class,
      description = "Nodes in these states, such as LOST; repeatable.")
  private List<InvocationState> states = new ArrayList<>();

  @Option(names = "--confirm", description = "Confirms an action that asks for it.")
  private boolean confirmed;

  @Mixin private Reason reason = new Reason();

  @Option(
      names = {"-d", "--detach"},
      description = "Do not follow it; print its id.")
  private boolean detach;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "" + CohortTable.DEFAULT_ROWS,
      description = "How many nodes to show in the end, trouble first; 0: all (default: 50).")
  private int maxRows;

  @Mixin private RequestId requestId = new RequestId();

  RetryVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      RetryExecutionRequest request =
          RetryExecutionRequest.newBuilder()
              .setExecutionId(executionId)
              .setRequestId(requestId.value())
              .addAllStates(states)
              .setConfirmed(confirmed)
              .setReason(reason.text())
              .build();
      Execution execution =
          connection.call(() -> connection.executions().retryExecution(request)).getExecution();
      return detach ? detached(execution) : follow(execution, connection);
    }
  }

  private int follow(Execution execution, OperatorConnection connection) {
    return context
        .follower(connection)
        .follow(new Follower.Target(execution.getId(), execution.getCohortSize(), false, maxRows))
        .number();
  }

  private int detached(Execution execution) {
    Results.print(
        context,
        execution,
        () -> {
          context.terminal().line(execution.getId());
          context.terminal().note("Follow it with: muster watch " + execution.getId());
        });
    return 0;
  }
}

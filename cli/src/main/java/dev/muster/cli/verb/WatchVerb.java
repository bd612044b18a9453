// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.execution.CohortTable;
import dev.muster.cli.watch.Follower;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.GetExecutionRequest;
import dev.muster.proto.operator.v1.View;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "watch",
    description = {
      "Follows an execution until it has settled, through lost connections.",
      "Ctrl-C lets go of it; the execution goes on."
    },
    footer = {
      "",
      "Exit codes: 0 all succeeded, 1 not all did, 3 refused, 4 server not reached, 130 detached."
    })
final class WatchVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(paramLabel = "EXECUTION", description = "Id of the execution.")
  private String executionId = "";

  @Option(names = "--follow-lost", description = "Stay as long as a node is LOST, to see it heal.")
  private boolean followLost;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "" + CohortTable.DEFAULT_ROWS,
      description = "How many nodes to show in the end, trouble first; 0: all (default: 50).")
  private int maxRows;

  WatchVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      GetExecutionRequest request =
          GetExecutionRequest.newBuilder()
              .setExecutionId(executionId)
              .setView(View.VIEW_BASIC)
              .build();
      Execution execution =
          connection.call(() -> connection.executions().getExecution(request)).getExecution();
      Follower.Target target =
          new Follower.Target(executionId, execution.getCohortSize(), followLost, maxRows);
      return context.follower(connection).follow(target).number();
    }
  }
}

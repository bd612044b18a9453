// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.execution.StateCounts;
import dev.muster.cli.execution.States;
import dev.muster.cli.input.DurationArgument;
import dev.muster.cli.output.Cell;
import dev.muster.cli.output.Style;
import dev.muster.cli.output.Table;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.output.Times;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.ListExecutionsRequest;
import dev.muster.proto.operator.v1.ListExecutionsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "executions", description = "Lists executions, newest first.")
final class ExecutionsVerb implements Callable<Integer> {
  private final VerbContext context;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      split = ",",
      converter = StateArguments.ForExecution.class,
      description = "Only in these states, such as RUNNING; repeatable.")
  private List<ExecutionState> states = new ArrayList<>();

  @Option(
      names = "--action",
      paramLabel = "ACTION",
      defaultValue = "",
      description = "Only of this action.")
  private String action = "";

  @Option(
      names = {"-n", "--node"},
      paramLabel = "NODE",
      defaultValue = "",
      description = "Only with this node in the cohort.")
  private String node = "";

  @Option(
      names = "--operator",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Only dispatched by this operator.")
  private String operator = "";

  @Option(
      names = "--since",
      paramLabel = "SPAN",
      converter = DurationArgument.class,
      description = "Only of the last so long, such as 12h.")
  private @Nullable Duration since;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "How many at most; 0: all (default: 50).")
  private int limit;

  ExecutionsVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      ListExecutionsRequest request = request(connection.project());
      Pages<Execution> executions =
          Pages.read(
              limit,
              (size, token) -> {
                ListExecutionsRequest page =
                    request.toBuilder().setPageSize(size).setPageToken(token).build();
                return connection.call(() -> connection.executions().listExecutions(page));
              },
              ListExecutionsResponse::getExecutionsList,
              ListExecutionsResponse::getNextPageToken);
      print(executions);
      return 0;
    }
  }

  private ListExecutionsRequest request(String project) {
    ListExecutionsRequest.Builder request =
        ListExecutionsRequest.newBuilder()
            .setProjectId(project)
            .addAllStates(states)
            .setAction(action)
            .setNodeId(node)
            .setOperatorId(operator);
    if (since != null) {
      long seconds = context.now().getEpochSecond() - since.getSeconds();
      request.setCreatedAfter(Timestamp.newBuilder().setSeconds(seconds));
    }
    return request.build();
  }

  private void print(Pages<Execution> executions) {
    Terminal terminal = context.terminal();
    switch (context.format()) {
      case TABLE -> printTable(executions);
      case JSON ->
          terminal.document(
              ListExecutionsResponse.newBuilder().addAllExecutions(executions.items()).build());
      case JSONL -> executions.items().forEach(terminal::jsonLine);
    }
    if (!executions.complete()) {
      terminal.note("There are more: --limit 0 shows all.");
    }
  }

  private void printTable(Pages<Execution> executions) {
    if (executions.items().isEmpty()) {
      context.terminal().note("No executions.");
      return;
    }
    Table table = new Table("EXECUTION", "ACTION", "STATE", "NODES", "AGE", "BY", "REASON");
    for (Execution execution : executions.items()) {
      table.row(
          Cell.of(execution.getId()),
          Cell.of(execution.getAction()),
          States.cell(execution.getState()),
          Cell.of(StateCounts.of(execution.getCounts()).toString()),
          Cell.of(Times.ago(execution.getCreateTime(), context.now()), Style.FAINT),
          Cell.of(execution.getCreatedBy().getOperatorName()),
          Cell.of(execution.getReason()));
    }
    table.printTo(context.terminal());
  }
}

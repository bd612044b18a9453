// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.execution.CohortTable;
import dev.muster.cli.execution.ExecutionSheet;
import dev.muster.cli.execution.InvocationSheet;
import dev.muster.cli.input.InputException;
import dev.muster.cli.output.Terminal;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionSnapshot;
import dev.muster.proto.operator.v1.GetExecutionRequest;
import dev.muster.proto.operator.v1.GetInvocationRequest;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.View;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "show",
    description = {
      "Shows an execution with its nodes, or an invocation with its result, output and history.",
      "With --node, the invocation of an execution on that node."
    })
final class ShowVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(paramLabel = "ID", description = "Id of an execution or an invocation.")
  private String id = "";

  @Option(
      names = {"-n", "--node"},
      paramLabel = "NODE",
      defaultValue = "",
      description = "Of the execution, what it came to on this node.")
  private String node = "";

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "" + CohortTable.DEFAULT_ROWS,
      description = "How many nodes to show, trouble first; 0: all (default: 50).")
  private int maxRows;

  ShowVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      Optional<Execution> execution = findExecution(connection);
      if (execution.isEmpty()) {
        showInvocation(id, connection);
      } else if (node.isEmpty()) {
        showExecution(execution.get(), connection);
      } else {
        showInvocation(onNode(connection), connection);
      }
      return 0;
    }
  }

  private Optional<Execution> findExecution(OperatorConnection connection) {
    GetExecutionRequest request =
        GetExecutionRequest.newBuilder().setExecutionId(id).setView(View.VIEW_FULL).build();
    try {
      return Optional.of(
          connection.call(() -> connection.executions().getExecution(request)).getExecution());
    } catch (StatusRuntimeException e) {
      if (WireErrors.reasonOf(e)
          .filter(ErrorReason.ERROR_REASON_EXECUTION_NOT_FOUND::equals)
          .isPresent()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void showExecution(Execution execution, OperatorConnection connection) {
    Terminal terminal = context.terminal();
    boolean few = execution.getCohortSize() <= InvocationsVerb.FEW;
    ExecutionSnapshot snapshot =
        ExecutionSnapshot.newBuilder()
            .setExecution(execution)
            .addAllInvocations(InvocationsVerb.list(connection, inExecution(), 0, few).items())
            .build();
    Results.print(
        context,
        snapshot,
        () -> {
          ExecutionSheet.print(execution, terminal);
          terminal.line("");
          new CohortTable(maxRows).print(execution, snapshot.getInvocationsList(), terminal);
        });
  }

  private void showInvocation(String invocationId, OperatorConnection connection) {
    GetInvocationRequest request =
        GetInvocationRequest.newBuilder().setInvocationId(invocationId).build();
    GetInvocationResponse response =
        connection.call(() -> connection.executions().getInvocation(request));
    Results.print(context, response, () -> InvocationSheet.print(response, context.terminal()));
  }

  private String onNode(OperatorConnection connection) {
    return InvocationsVerb.list(connection, inExecution(), 0, false).items().stream()
        .filter(i -> i.getNodeName().equals(node) || i.getNodeId().equals(node))
        .map(Invocation::getId)
        .findFirst()
        .orElseThrow(
            () -> new InputException("The node " + node + " is not in the cohort of " + id + "."));
  }

  private ListInvocationsRequest inExecution() {
    return ListInvocationsRequest.newBuilder().setExecutionId(id).build();
  }
}

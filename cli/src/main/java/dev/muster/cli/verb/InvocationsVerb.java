// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.execution.InvocationTable;
import dev.muster.cli.input.InputException;
import dev.muster.cli.output.Terminal;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.ListInvocationsResponse;
import dev.muster.proto.operator.v1.View;
import dev.muster.proto.type.v1.InvocationState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "invocations",
    description = "Lists what ran on a node, newest first, or the nodes of an execution.")
final class InvocationsVerb implements Callable<Integer> {
  /** So many are read with their results, of which each may have tens of kilobytes. */
  static final int FEW = 50;

  private final VerbContext context;

  @Option(
      names = {"-n", "--node"},
      paramLabel = "NODE",
      defaultValue = "",
      description = "What ran, runs, or would have run on this node.")
  private String node = "";

  @Option(
      names = {"-e", "--execution"},
      paramLabel = "EXECUTION",
      defaultValue = "",
      description = "Node by node, one execution.")
  private String execution = "";

  @Option(
      names = "--state",
      paramLabel = "STATE",
      split = ",",
      converter = StateArguments.ForInvocation.class,
      description = "Only in these states, such as FAILED; repeatable.")
  private List<InvocationState> states = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "How many at most; 0: all (default: 50).")
  private int limit;

  InvocationsVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (node.isEmpty() == execution.isEmpty()) {
      throw new InputException("Say of what: either --node NODE or --execution EXECUTION.");
    }
    try (OperatorConnection connection = context.connect()) {
      ListInvocationsRequest request =
          ListInvocationsRequest.newBuilder()
              .setProjectId(connection.project())
              .setNodeId(node)
              .setExecutionId(execution)
              .addAllStates(states)
              .build();
      print(list(connection, request, limit, limit > 0 && limit <= FEW));
      return 0;
    }
  }

  /** Reads invocations, with results or without. */
  static Pages<Invocation> list(
      OperatorConnection connection, ListInvocationsRequest request, int limit, boolean results) {
    return Pages.read(
        limit,
        (size, token) -> {
          ListInvocationsRequest page =
              request.toBuilder()
                  .setPageSize(size)
                  .setPageToken(token)
                  .setView(results ? View.VIEW_FULL : View.VIEW_BASIC)
                  .build();
          return connection.call(() -> connection.executions().listInvocations(page));
        },
        ListInvocationsResponse::getInvocationsList,
        ListInvocationsResponse::getNextPageToken);
  }

  private void print(Pages<Invocation> invocations) {
    Terminal terminal = context.terminal();
    switch (context.format()) {
      case TABLE -> InvocationTable.print(invocations.items(), context.now(), terminal);
      case JSON ->
          terminal.document(
              ListInvocationsResponse.newBuilder().addAllInvocations(invocations.items()).build());
      case JSONL -> invocations.items().forEach(terminal::jsonLine);
    }
    if (!invocations.complete()) {
      terminal.note("There are more: --limit 0 shows all.");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.input.InputException;
import dev.muster.cli.output.Terminal;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.OutputGap;
import dev.muster.proto.operator.v1.ReadOutputRequest;
import dev.muster.proto.operator.v1.ReadOutputResponse;
import java.util.Iterator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "output",
    description = {
      "Prints what a run wrote, byte for byte; at a terminal, with dangerous characters escaped.",
      "With --node, the run of an execution on that node.",
      "With --follow, what it writes from now on, then what is kept behind that."
    })
final class OutputVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(paramLabel = "ID", description = "Id of an invocation, or of an execution.")
  private String id = "";

  @Option(
      names = {"-n", "--node"},
      paramLabel = "NODE",
      defaultValue = "",
      description = "Of the execution, the run on this node.")
  private String node = "";

  @Option(names = "--stderr", description = "Standard error rather than standard output.")
  private boolean stderr;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on while the run writes.")
  private boolean follow;

  @Option(
      names = "--offset",
      paramLabel = "BYTES",
      defaultValue = "0",
      description = "Where to begin (default: 0).")
  private long position;

  OutputVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (position < 0) {
      throw new InputException("--offset is not negative.");
    }
    try (OperatorConnection connection = context.connect()) {
      String invocation = node.isEmpty() ? id : onNode(connection);
      // After a lost connection it goes on behind what was printed.
      return connection.call(() -> print(connection, invocation));
    }
  }

  private int print(OperatorConnection connection, String invocation) {
    Iterator<ReadOutputResponse> pieces =
        connection
            .executions()
            .readOutput(
                ReadOutputRequest.newBuilder()
                    .setInvocationId(invocation)
                    .setStderr(stderr)
                    .setOffset(position)
                    .setFollow(follow)
                    .build());
    Terminal terminal = context.terminal();
    while (pieces.hasNext() && !terminal.isOutClosed()) {
      ReadOutputResponse piece = pieces.next();
      if (context.format().isJson()) {
        terminal.jsonLine(piece);
      } else {
        if (piece.getSkippedBytes() > 0) {
          terminal.note("[" + piece.getSkippedBytes() + " bytes " + why(piece.getGap()) + "]");
        }
        terminal.bytes(piece.getData().toByteArray(), piece.getDataText());
      }
      position = piece.getOffset() + piece.getData().size();
    }
    return 0;
  }

  private static String why(OutputGap gap) {
    return switch (gap) {
      case OUTPUT_GAP_TRUNCATED -> "are not kept: the output is above its cap";
      case OUTPUT_GAP_NOT_SHOWN -> "came too early or too fast; once the run is over, read again";
      case OUTPUT_GAP_UNSPECIFIED, UNRECOGNIZED -> "are missing";
    };
  }

  private String onNode(OperatorConnection connection) {
    return InvocationsVerb.list(
            connection, ListInvocationsRequest.newBuilder().setExecutionId(id).build(), 0, false)
        .items()
        .stream()
        .filter(i -> i.getNodeName().equals(node) || i.getNodeId().equals(node))
        .map(Invocation::getId)
        .findFirst()
        .orElseThrow(
            () -> new InputException("The node " + node + " is not in the cohort of " + id + "."));
  }
}

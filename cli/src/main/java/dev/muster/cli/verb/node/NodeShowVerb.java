// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.verb.Results;
import dev.muster.cli.verb.VerbContext;
import dev.muster.proto.operator.v1.GetNodeRequest;
import dev.muster.proto.operator.v1.Node;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "show", description = "Shows a node.")
final class NodeShowVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(paramLabel = "NODE", description = "Name or id.")
  private String node = "";

  NodeShowVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      GetNodeRequest request =
          GetNodeRequest.newBuilder().setProjectId(connection.project()).setNodeId(node).build();
      Node found = connection.call(() -> connection.nodes().getNode(request)).getNode();
      Results.print(
          context, found, () -> NodeTable.printOne(found, context.now(), context.terminal()));
      return 0;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.cli.input.LabelChange;
import dev.muster.cli.verb.Results;
import dev.muster.cli.verb.VerbContext;
import dev.muster.proto.operator.v1.Node;
import dev.muster.proto.operator.v1.UpdateNodeRequest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "label", description = "Changes labels of a node.")
final class NodeLabelVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(index = "0", paramLabel = "NODE", description = "Name or id.")
  private String node = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "CHANGE",
      description = "key=value sets a label, key- removes it.")
  private List<String> changes = List.of();

  @Mixin private RequestId requestId = new RequestId();

  NodeLabelVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    LabelChange change = LabelChange.parse(changes);
    try (OperatorConnection connection = context.connect()) {
      UpdateNodeRequest request =
          UpdateNodeRequest.newBuilder()
              .setProjectId(connection.project())
              .setRequestId(requestId.value())
              .setNodeId(node)
              .putAllSetLabels(change.set())
              .addAllRemoveLabels(change.remove())
              .build();
      Node updated = connection.call(() -> connection.nodes().updateNode(request)).getNode();
      Results.print(
          context, updated, () -> NodeTable.printOne(updated, context.now(), context.terminal()));
      return 0;
    }
  }
}

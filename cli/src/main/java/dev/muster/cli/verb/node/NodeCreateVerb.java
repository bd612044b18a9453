// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.verb.Results;
import dev.muster.cli.verb.VerbContext;
import dev.muster.proto.operator.v1.CreateNodeRequest;
import dev.muster.proto.operator.v1.CreateNodeResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "create",
    description =
        "Makes a node and shows its secret key, this once. To enroll machines, `token create` is handier.")
final class NodeCreateVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(paramLabel = "NAME", description = "Name of the node: a DNS label.")
  private String name = "";

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "Label of the node; repeatable.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Mixin private RequestId requestId = new RequestId();

  NodeCreateVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      CreateNodeRequest request =
          CreateNodeRequest.newBuilder()
              .setProjectId(connection.project())
              .setRequestId(requestId.value())
              .setName(name)
              .putAllLabels(labels)
              .build();
      CreateNodeResponse response = connection.call(() -> connection.nodes().createNode(request));
      Results.print(context, response, () -> print(response));
      return 0;
    }
  }

  private void print(CreateNodeResponse response) {
    Terminal terminal = context.terminal();
    NodeTable.printOne(response.getNode(), context.now(), terminal);
    if (response.getNodeSecretKey().isEmpty()) {
      terminal.note("The node was made by an earlier request; its key was shown then.");
    } else {
      terminal.line("");
      terminal.line(response.getNodeSecretKey());
      terminal.note("This is the node's secret key. It is not shown again.");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.cli.input.InputException;
import dev.muster.cli.verb.Reason;
import dev.muster.cli.verb.Results;
import dev.muster.cli.verb.VerbContext;
import dev.muster.proto.operator.v1.Node;
import dev.muster.proto.operator.v1.RevokeNodeRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "revoke",
    description =
        "Refuses a node's key for good. What waits for it is REJECTED, what it has is LOST.")
final class NodeRevokeVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(paramLabel = "NODE", description = "Name or id.")
  private String node = "";

  @Mixin private Reason reason = new Reason();

  @Option(names = "--confirm", description = "Do not ask.")
  private boolean confirmed;

  @Mixin private RequestId requestId = new RequestId();

  NodeRevokeVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    confirm();
    try (OperatorConnection connection = context.connect()) {
      RevokeNodeRequest request =
          RevokeNodeRequest.newBuilder()
              .setProjectId(connection.project())
              .setRequestId(requestId.value())
              .setNodeId(node)
              .setReason(reason.text())
              .build();
      Node revoked = connection.call(() -> connection.nodes().revokeNode(request)).getNode();
      Results.print(
          context, revoked, () -> context.terminal().line("Revoked " + revoked.getName() + "."));
      return 0;
    }
  }

  private void confirm() {
    if (confirmed) {
      return;
    }
    if (!context.terminal().isInteractive()) {
      throw new InputException("Revoking a node cannot be undone: say --confirm.");
    }
    String answer =
        context.terminal().ask("Revoking " + node + " cannot be undone. Type its name to go on:");
    if (!answer.equals(node)) {
      throw new InputException("Nothing was revoked.");
    }
  }
}

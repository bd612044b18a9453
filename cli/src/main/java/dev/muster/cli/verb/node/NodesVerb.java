// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.verb.Pages;
import dev.muster.cli.verb.VerbContext;
import dev.muster.proto.operator.v1.ListNodesRequest;
import dev.muster.proto.operator.v1.ListNodesResponse;
import dev.muster.proto.operator.v1.Node;
import dev.muster.proto.operator.v1.NodeState;
import dev.muster.proto.operator.v1.Presence;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "nodes", description = "Lists nodes by name.")
final class NodesVerb implements Callable<Integer> {
  private final VerbContext context;

  @Option(
      names = {"-l", "--selector"},
      paramLabel = "SELECTOR",
      defaultValue = "",
      description = "Only nodes whose labels match, such as 'role=web,zone in (a,b),!canary'.")
  private String selector = "";

  @ArgGroup private PresenceOption presence = new PresenceOption();

  @Option(names = "--revoked", description = "Revoked nodes, which are left out otherwise.")
  private boolean revoked;

  private static final class PresenceOption {
    @Option(names = "--online", description = "Only nodes that are connected.")
    private boolean online;

    @Option(names = "--offline", description = "Only nodes that are not connected.")
    private boolean offline;
  }

  NodesVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      ListNodesRequest request =
          ListNodesRequest.newBuilder()
              .setProjectId(connection.project())
              .setSelector(selector)
              .setPresence(wanted())
              .addAllStates(revoked ? List.of(NodeState.NODE_STATE_REVOKED) : List.of())
              .build();
      Pages<Node> nodes =
          Pages.read(
              0,
              (size, token) -> {
                ListNodesRequest page =
                    request.toBuilder().setPageSize(size).setPageToken(token).build();
                return connection.call(() -> connection.nodes().listNodes(page));
              },
              ListNodesResponse::getNodesList,
              ListNodesResponse::getNextPageToken);
      print(nodes.items());
      return 0;
    }
  }

  private Presence wanted() {
    return presence.online
        ? Presence.PRESENCE_ONLINE
        : presence.offline ? Presence.PRESENCE_OFFLINE : Presence.PRESENCE_UNSPECIFIED;
  }

  private void print(List<Node> nodes) {
    switch (context.format()) {
      case TABLE -> NodeTable.print(nodes, context.now(), context.terminal());
      case JSON ->
          context.terminal().document(ListNodesResponse.newBuilder().addAllNodes(nodes).build());
      case JSONL -> nodes.forEach(context.terminal()::jsonLine);
    }
  }
}

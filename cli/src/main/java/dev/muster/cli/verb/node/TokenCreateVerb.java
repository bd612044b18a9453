// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import com.google.protobuf.Duration;
import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.cli.connection.ServerAddress;
import dev.muster.cli.input.DurationArgument;
import dev.muster.cli.output.Sheet;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.output.Times;
import dev.muster.cli.verb.Results;
import dev.muster.cli.verb.VerbContext;
import dev.muster.proto.operator.v1.CreateJoinTokenRequest;
import dev.muster.proto.operator.v1.CreateJoinTokenResponse;
import dev.muster.proto.operator.v1.JoinToken;
import dev.muster.proto.operator.v1.LabelChoice;
import dev.muster.wire.Limits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "create",
    description = "Makes a join token and prints the command that a machine joins with.")
final class TokenCreateVerb implements Callable<Integer> {
  private final VerbContext context;

  @Option(
      names = "--description",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What it is for.")
  private String description = "";

  @Option(
      names = "--max-uses",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many nodes may enroll with it (default: 1).")
  private int maxUses;

  @Option(
      names = "--ttl",
      paramLabel = "SPAN",
      converter = DurationArgument.class,
      description = "How long it lives, such as 30m or 7d (default: 1h).")
  private @Nullable Duration ttl;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "Label that every node gets; repeatable.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--choice",
      paramLabel = "KEY=V1,V2",
      description = "Label that a node picks once, and from what; repeatable.")
  private Map<String, String> choices = new LinkedHashMap<>();

  @Option(
      names = "--name",
      paramLabel = "NODE",
      defaultValue = "",
      description = "Name that the node gets (default: its own wish).")
  private String nodeName = "";

  @Option(
      names = "--replace",
      description = "A node of the same name is replaced; its old key is revoked.")
  private boolean replace;

  @Option(
      names = "--forget-after",
      paramLabel = "SPAN",
      converter = DurationArgument.class,
      description = "After how long away a node is forgotten (default: never).")
  private @Nullable Duration forgetAfter;

  @Option(
      names = "--agent-address",
      paramLabel = "HOST:PORT",
      description =
          "Where agents reach the server, for the printed command (default: as the server says).")
  private @Nullable String agentAddress;

  @Mixin private RequestId requestId = new RequestId();

  TokenCreateVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      CreateJoinTokenRequest request = request(connection.project());
      CreateJoinTokenResponse response =
          connection.call(() -> connection.nodes().createJoinToken(request));
      Results.print(context, response, () -> print(response, connection.server()));
      return 0;
    }
  }

  private CreateJoinTokenRequest request(String project) {
    CreateJoinTokenRequest.Builder request =
        CreateJoinTokenRequest.newBuilder()
            .setProjectId(project)
            .setRequestId(requestId.value())
            .setDescription(description)
            .setMaxUses(maxUses)
            .putAllLabels(labels)
            .setNodeName(nodeName)
            .setReplace(replace);
    choices.forEach(
        (key, values) ->
            request.putLabelChoices(
                key, LabelChoice.newBuilder().addAllValues(List.of(values.split(","))).build()));
    if (ttl != null) {
      request.setTtl(ttl);
    }
    if (forgetAfter != null) {
      request.setForgetAfter(forgetAfter);
    }
    return request.build();
  }

  private void print(CreateJoinTokenResponse response, ServerAddress server) {
    Terminal terminal = context.terminal();
    JoinToken token = response.getJoinToken();
    new Sheet()
        .fact("Join token", token.getId())
        .fact("For", token.getDescription())
        .fact("Uses", TokenListVerb.uses(token))
        .fact("Until", token.hasExpireTime() ? Times.exact(token.getExpireTime()) : "")
        .fact("Labels", NodeTable.pairs(token.getLabelsMap()))
        .printTo(terminal);
    terminal.line("");
    if (response.getSecret().isEmpty()) {
      terminal.note("The token was made by an earlier request; its secret was shown then.");
      return;
    }
    String address = agentAddress == null ? told(response, server).toString() : agentAddress;
    terminal.line("muster agent --server " + address + " --token " + response.getSecret());
    terminal.note("Run this on the machine that joins. The token is not shown again.");
  }

  /** The name that the server advertises goes before the one by which it was reached here. */
  private static ServerAddress told(CreateJoinTokenResponse response, ServerAddress server) {
    return new ServerAddress(
        response.getAgentHost().isEmpty() ? server.host() : response.getAgentHost(),
        response.getAgentPort() == 0 ? Limits.AGENT_PORT : response.getAgentPort());
  }
}

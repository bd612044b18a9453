// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb.node;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.output.Cell;
import dev.muster.cli.output.Style;
import dev.muster.cli.output.Table;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.output.Times;
import dev.muster.cli.verb.Pages;
import dev.muster.cli.verb.VerbContext;
import dev.muster.proto.operator.v1.JoinToken;
import dev.muster.proto.operator.v1.ListJoinTokensRequest;
import dev.muster.proto.operator.v1.ListJoinTokensResponse;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "list", description = "Lists join tokens, newest first, without their secrets.")
final class TokenListVerb implements Callable<Integer> {
  private final VerbContext context;

  TokenListVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      Pages<JoinToken> tokens =
          Pages.read(
              0,
              (size, token) -> {
                ListJoinTokensRequest page =
                    ListJoinTokensRequest.newBuilder()
                        .setProjectId(connection.project())
                        .setPageSize(size)
                        .setPageToken(token)
                        .build();
                return connection.call(() -> connection.nodes().listJoinTokens(page));
              },
              ListJoinTokensResponse::getJoinTokensList,
              ListJoinTokensResponse::getNextPageToken);
      print(tokens.items());
      return 0;
    }
  }

  static String uses(JoinToken token) {
    return token.getUses() + " of " + (token.getMaxUses() == 0 ? "any" : token.getMaxUses());
  }

  private void print(List<JoinToken> tokens) {
    Terminal terminal = context.terminal();
    switch (context.format()) {
      case TABLE -> printTable(tokens);
      case JSON ->
          terminal.document(ListJoinTokensResponse.newBuilder().addAllJoinTokens(tokens).build());
      case JSONL -> tokens.forEach(terminal::jsonLine);
    }
  }

  private void printTable(List<JoinToken> tokens) {
    if (tokens.isEmpty()) {
      context.terminal().note("No join tokens.");
      return;
    }
    Table table = new Table("ID", "STATE", "USES", "UNTIL", "LABELS", "MADE BY", "FOR");
    for (JoinToken token : tokens) {
      table.row(
          Cell.of(token.getId()),
          state(token),
          Cell.of(uses(token)),
          Cell.of(Times.toSecond(token.getExpireTime())),
          Cell.of(NodeTable.pairs(token.getLabelsMap())),
          Cell.of(token.getCreatedBy()),
          Cell.of(token.getDescription()));
    }
    table.printTo(context.terminal());
  }

  private Cell state(JoinToken token) {
    if (token.getRevoked()) {
      return Cell.of("revoked", Style.BAD);
    }
    if (!Times.instant(token.getExpireTime()).isAfter(context.now())) {
      return Cell.of("expired", Style.FAINT);
    }
    return token.getMaxUses() > 0 && token.getUses() >= token.getMaxUses()
        ? Cell.of("used up", Style.FAINT)
        : Cell.of("open", Style.GOOD);
  }
}

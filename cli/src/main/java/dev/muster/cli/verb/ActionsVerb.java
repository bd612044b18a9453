// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.output.Cell;
import dev.muster.cli.output.Style;
import dev.muster.cli.output.Table;
import dev.muster.cli.output.Terminal;
import dev.muster.proto.operator.v1.ActionOffer;
import dev.muster.proto.operator.v1.ListActionsRequest;
import dev.muster.proto.operator.v1.ListActionsResponse;
import dev.muster.proto.type.v1.Action;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "actions",
    description = "Lists what nodes can do, in each version, and how many nodes offer it.")
final class ActionsVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(
      paramLabel = "ACTION",
      arity = "0..1",
      defaultValue = "",
      description = "Only this action.")
  private String action = "";

  @Option(
      names = {"-l", "--selector"},
      paramLabel = "SELECTOR",
      defaultValue = "",
      description = "Only what nodes with matching labels offer.")
  private String selector = "";

  ActionsVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      ListActionsRequest request =
          ListActionsRequest.newBuilder()
              .setProjectId(connection.project())
              .setSelector(selector)
              .setAction(action)
              .build();
      Pages<ActionOffer> offers =
          Pages.read(
              0,
              (size, token) -> {
                ListActionsRequest page =
                    request.toBuilder().setPageSize(size).setPageToken(token).build();
                return connection.call(() -> connection.actions().listActions(page));
              },
              ListActionsResponse::getOffersList,
              ListActionsResponse::getNextPageToken);
      print(offers.items());
      return 0;
    }
  }

  /** Returns a danger with its colour. */
  static Cell danger(Action action) {
    return switch (action.getDanger()) {
      case DANGER_LOW, DANGER_UNSPECIFIED -> Cell.of("LOW");
      case DANGER_MEDIUM -> Cell.of("MEDIUM", Style.WARNING);
      case DANGER_HIGH -> Cell.of("HIGH", Style.BAD);
      case DANGER_CRITICAL -> Cell.of("CRITICAL", Style.BAD);
      case UNRECOGNIZED -> Cell.of("unknown", Style.BAD);
    };
  }

  /** Returns a kind without the prefix of the enum. */
  static String kind(Action action) {
    return action.getKind().name().replaceFirst("^ACTION_KIND_", "").toLowerCase(Locale.ROOT);
  }

  private void print(List<ActionOffer> offers) {
    Terminal terminal = context.terminal();
    switch (context.format()) {
      case TABLE -> printTable(offers);
      case JSON -> terminal.document(ListActionsResponse.newBuilder().addAllOffers(offers).build());
      case JSONL -> offers.forEach(terminal::jsonLine);
    }
  }

  private void printTable(List<ActionOffer> offers) {
    if (offers.isEmpty()) {
      context.terminal().note("No actions.");
      return;
    }
    Table table = new Table("ACTION", "KIND", "DANGER", "NODES", "ONLINE", "VERSION", "SUMMARY");
    for (ActionOffer offer : offers) {
      Action action = offer.getAction();
      table.row(
          Cell.of(action.getName()),
          Cell.of(kind(action)),
          danger(action),
          Cell.of(offer.getNodeCount()),
          Cell.of(offer.getOnlineCount()),
          Cell.of(action.getVersion()),
          Cell.of((action.getEnabled() ? "" : "(switched off) ") + action.getSummary()));
    }
    table.printTo(context.terminal());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.output.IndentedJson;
import dev.muster.cli.output.InputFields;
import dev.muster.cli.output.Sheet;
import dev.muster.cli.output.Style;
import dev.muster.cli.output.Terminal;
import dev.muster.proto.operator.v1.PrepareActionRequest;
import dev.muster.proto.operator.v1.PrepareActionResponse;
import dev.muster.proto.type.v1.Action;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "prepare",
    description = {
      "Asks a connected node what an action takes, what to start from, and how things look now.",
      "Changes nothing."
    })
final class PrepareVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(index = "0", paramLabel = "NODE", description = "Name or id.")
  private String node = "";

  @Parameters(index = "1", paramLabel = "ACTION", description = "Name of the action.")
  private String action = "";

  @Option(names = "--schema", description = "Print the whole input schema as well.")
  private boolean wholeSchema;

  PrepareVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (OperatorConnection connection = context.connect()) {
      PrepareActionRequest request =
          PrepareActionRequest.newBuilder()
              .setProjectId(connection.project())
              .setNodeId(node)
              .setAction(action)
              .build();
      PrepareActionResponse response =
          connection.call(() -> connection.actions().prepareAction(request));
      Results.print(context, response, () -> print(response));
      return 0;
    }
  }

  private void print(PrepareActionResponse response) {
    Terminal terminal = context.terminal();
    Action declared = response.getAction();
    new Sheet()
        .fact("Action", declared.getName())
        .fact("On", node)
        .fact("Kind", ActionsVerb.kind(declared))
        .fact("Danger", ActionsVerb.danger(declared))
        .fact("Version", declared.getVersion())
        .fact("Summary", declared.getSummary())
        .fact("Switched off", declared.getEnabled() ? "" : "yes")
        .printTo(terminal);
    InputFields.print(response.getInputSchemaJson(), terminal);
    if (wholeSchema) {
      block("Input schema", response.getInputSchemaJson());
    }
    block("To start from", response.getInitialPayloadJson());
    block("Now", response.getCurrentStateJson());
    if (response.getCurrentStateJson().isEmpty()) {
      terminal.line("");
      terminal.line("The node tells nothing of the current state.", Style.FAINT);
    }
  }

  private void block(String title, String json) {
    if (!json.isEmpty()) {
      context.terminal().line("");
      context.terminal().line(title + ":", Style.STRONG);
      IndentedJson.of(json).lines().forEach(line -> context.terminal().line("  " + line));
    }
  }
}

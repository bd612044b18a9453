// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.cli.ExitCode;
import dev.muster.cli.connection.OperatorConnection;
import dev.muster.cli.connection.RequestId;
import dev.muster.cli.connection.Retries;
import dev.muster.cli.execution.CohortTable;
import dev.muster.cli.input.InputArguments;
import dev.muster.cli.input.InputException;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.watch.Follower;
import dev.muster.cli.watch.Interrupt;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.PreviewSelectorRequest;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "run",
    description = {
      "Runs an action on the named nodes or on all that a selector matches, and follows it.",
      "Ctrl-C lets go of it; the execution goes on."
    },
    footer = {
      "",
      "Input: key=value for text, key:=json for anything else, a.b=value for a value in an object; or --input.",
      "",
      "  muster run restart-service -l role=web service=nginx grace_seconds:=5",
      "  muster run rotate-key -n db-1 --input @key.json --confirm --reason 'INC-42'",
      "",
      "Exit codes: 0 all succeeded, 1 not all did, 2 usage, 3 refused, 4 server not reached, 130 detached."
    })
final class RunVerb implements Callable<Integer> {
  private final VerbContext context;

  @Parameters(index = "0", paramLabel = "ACTION", description = "Name of the action.")
  private String action = "";

  @Parameters(index = "1..*", paramLabel = "INPUT", description = "key=value or key:=json.")
  private List<String> arguments = new ArrayList<>();

  @Option(
      names = {"-i", "--input"},
      paramLabel = "@FILE|-|JSON",
      description = "The whole input, sent byte for byte: of a file, of standard input, or itself.")
  private @Nullable String input;

  @Option(names = "--confirm", description = "Confirms an action that asks for it.")
  private boolean confirmed;

  @Option(
      names = {"-d", "--detach"},
      description = "Do not follow it; print its id.")
  private boolean detach;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "" + CohortTable.DEFAULT_ROWS,
      description = "How many nodes to show in the end, trouble first; 0: all (default: 50).")
  private int maxRows;

  @Mixin private DispatchOptions options = new DispatchOptions();
  @Mixin private RequestId requestId = new RequestId();

  RunVerb(VerbContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Optional<String> json =
        InputArguments.read(arguments, Optional.ofNullable(input), context.terminal().in());
    if (options.nodes().isEmpty() == options.selector().isEmpty()) {
      throw new InputException("Say where to run it: either --node NODE or --selector SELECTOR.");
    }
    try (OperatorConnection connection = context.connect()) {
      DispatchExecutionRequest.Builder request =
          DispatchExecutionRequest.newBuilder()
              .setProjectId(connection.project())
              .setAction(action)
              .setInputJson(json.orElse(""))
              .setConfirmed(confirmed);
      options.addTo(request, context.now());
      Execution execution = dispatchConfirmed(request, connection);
      return detach ? detached(execution) : follow(execution, connection);
    }
  }

  private Execution dispatchConfirmed(
      DispatchExecutionRequest.Builder request, OperatorConnection connection) {
    try {
      return dispatch(request, connection);
    } catch (StatusRuntimeException refusal) {
      boolean asked =
          WireErrors.reasonOf(refusal)
              .filter(ErrorReason.ERROR_REASON_CONFIRMATION_REQUIRED::equals)
              .isPresent();
      if (!asked || request.getConfirmed() || !context.terminal().isInteractive()) {
        throw refusal;
      }
      confirm(refusal, connection);
      requestId.renew();
      return dispatch(request.setConfirmed(true), connection);
    }
  }

  private Execution dispatch(
      DispatchExecutionRequest.Builder builder, OperatorConnection connection) {
    DispatchExecutionRequest request = builder.setRequestId(requestId.value()).build();
    Interrupt interrupt = context.onInterrupt(() -> noAnswer("Interrupted before the answer"));
    try {
      return connection
          .call(() -> connection.executions().dispatchExecution(request))
          .getExecution();
    } catch (StatusRuntimeException failure) {
      if (Retries.isTransient(failure)) {
        noAnswer("No answer came");
      }
      throw failure;
    } finally {
      interrupt.disarm();
    }
  }

  /** Whoever types the number has read it. */
  private void confirm(StatusRuntimeException refusal, OperatorConnection connection) {
    int cohort = cohortSize(connection);
    Terminal terminal = context.terminal();
    terminal.note(String.valueOf(refusal.getStatus().getDescription()));
    String answer =
        terminal.ask(
            action
                + " would run on "
                + cohort
                + (cohort == 1 ? " node" : " nodes")
                + ". Type that number to go on:");
    if (!answer.equals(Integer.toString(cohort))) {
      throw new InputException("Nothing was dispatched.");
    }
  }

  private int cohortSize(OperatorConnection connection) {
    if (options.selector().isEmpty()) {
      return options.nodes().size();
    }
    PreviewSelectorRequest request =
        PreviewSelectorRequest.newBuilder()
            .setProjectId(connection.project())
            .setSelector(options.selector())
            .setFactSelector(options.factSelector())
            .build();
    return connection.call(() -> connection.nodes().previewSelector(request)).getMatched();
  }

  private int follow(Execution execution, OperatorConnection connection) {
    return context
        .follower(connection)
        .follow(new Follower.Target(execution.getId(), execution.getCohortSize(), false, maxRows))
        .number();
  }

  private int detached(Execution execution) {
    Results.print(
        context,
        execution,
        () -> {
          context.terminal().line(execution.getId());
          context
              .terminal()
              .note(
                  "Dispatched to "
                      + execution.getCohortSize()
                      + (execution.getCohortSize() == 1 ? " node" : " nodes")
                      + ". Follow it with: muster watch "
                      + execution.getId());
        });
    return ExitCode.SUCCESS.number();
  }

  private void noAnswer(String why) {
    context
        .terminal()
        .note(
            why
                + ": it may have been dispatched all the same.\n"
                + "  look:  muster executions --action "
                + action
                + "\n  again: the same command with --request-id "
                + requestId.value()
                + " (never done twice)");
  }
}

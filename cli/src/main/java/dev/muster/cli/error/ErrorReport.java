// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.error;

import com.google.rpc.Status;
import dev.muster.cli.ExitCode;
import dev.muster.cli.connection.SettingsException;
import dev.muster.cli.input.InputException;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.verb.VerbContext;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Tells the operator what went wrong, and the shell by the exit code. Where machines read, the
 * server's whole {@code google.rpc.Status} goes to err as JSON.
 */
public final class ErrorReport implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final VerbContext context;

  /** Makes a report. */
  public ErrorReport(VerbContext context) {
    this.context = context;
  }

  @Override
  public int handleParseException(ParameterException error, String[] arguments) {
    Terminal terminal = context.terminal();
    CommandLine verb = error.getCommandLine();
    if (arguments.length == 0) {
      verb.usage(terminal.errorWriter());
      return ExitCode.USAGE.number();
    }
    terminal.note("error: " + error.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(error, terminal.errorWriter())) {
      terminal.note("See: " + verb.getCommandSpec().qualifiedName() + " --help");
    }
    return ExitCode.USAGE.number();
  }

  @Override
  public int handleExecutionException(Exception error, CommandLine line, ParseResult parsed)
      throws Exception {
    if (error instanceof StatusRuntimeException failure) {
      return failed(failure, selectorOf(parsed)).number();
    }
    if (error instanceof InputException) {
      context.terminal().note("error: " + error.getMessage());
      return ExitCode.USAGE.number();
    }
    if (error instanceof SettingsException faulty) {
      tell(faulty.faults().get(0), faulty.faults().subList(1, faulty.faults().size()));
      return ExitCode.USAGE.number();
    }
    tell("Something unforeseen happened here.", List.of(error.toString()));
    return ExitCode.UNFORESEEN.number();
  }

  /** The selector that was typed, to point into it. */
  private static String selectorOf(ParseResult parsed) {
    ParseResult verb = parsed;
    while (verb.hasSubcommand()) {
      verb = verb.subcommand();
    }
    return verb.matchedOptionValue("--selector", "");
  }

  private ExitCode failed(StatusRuntimeException error, String selector) {
    Failure failure = Failure.of(error, context.settings().server(), selector);
    Status status = StatusProto.fromThrowable(error);
    if (context.format().isJson() && status != null) {
      context.terminal().noteDocument(status);
    } else {
      tell(failure.sentence(), failure.details());
    }
    return failure.exitCode();
  }

  private void tell(String sentence, List<String> details) {
    context.terminal().note("error: " + sentence);
    details.forEach(detail -> context.terminal().note("  " + detail));
  }
}

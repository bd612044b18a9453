// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.execution;

import com.google.protobuf.Timestamp;
import dev.muster.cli.output.Cell;
import dev.muster.cli.output.IndentedJson;
import dev.muster.cli.output.Sheet;
import dev.muster.cli.output.Style;
import dev.muster.cli.output.Table;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.output.Times;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Output;
import dev.muster.proto.type.v1.Result;
import java.util.List;

/** An invocation with its result, its output and its history. */
public final class InvocationSheet {
  private InvocationSheet() {}

  /** Prints it. */
  public static void print(GetInvocationResponse response, Terminal terminal) {
    Invocation invocation = response.getInvocation();
    Result result = invocation.getResult();
    new Sheet()
        .fact("Invocation", invocation.getId())
        .fact("Execution", invocation.getExecutionId())
        .fact("Action", invocation.getAction())
        .fact("Node", invocation.getNodeName())
        .fact("State", States.cell(invocation.getState()))
        .fact("Detail", InvocationDetail.of(invocation))
        .fact("Started", invocation.getStarted() ? "yes" : "no")
        .fact("Exit code", result.hasExitCode() ? Integer.toString(result.getExitCode()) : "")
        .fact("Took", CohortTable.took(invocation))
        .printTo(terminal);
    printResult(invocation, terminal);
    printHistory(response.getHistoryList(), terminal);
  }

  /** Prints what the run returned and wrote, as far as it did. */
  public static void printResult(Invocation invocation, Terminal terminal) {
    Result result = invocation.getResult();
    printBlock("Result", IndentedJson.of(invocation.getDataJson()), terminal);
    printBlock(
        "Error details",
        IndentedJson.of(result.getError().getDetailsJson().toStringUtf8()),
        terminal);
    String id = invocation.getId();
    printBlock(
        "Output" + cut(result.getStdout()),
        text(result.getStdout(), invocation.getStdoutText(), id),
        terminal);
    printBlock(
        "Error output" + cut(result.getStderr()),
        text(result.getStderr(), invocation.getStderrText(), id + " --stderr"),
        terminal);
  }

  private static void printBlock(String title, String text, Terminal terminal) {
    if (text.isBlank()) {
      return;
    }
    terminal.line("");
    terminal.line(title + ":", Style.STRONG);
    text.stripTrailing().lines().forEach(line -> terminal.line("  " + line));
  }

  private static String text(Output output, String inline, String arguments) {
    return output.getUploaded()
        ? output.getTotalBytes() + " bytes; read them with: muster output " + arguments
        : inline;
  }

  private static String cut(Output output) {
    return output.getTruncated()
        ? " (first "
            + output.getHeadBytes()
            + " bytes and the end of "
            + output.getTotalBytes()
            + ")"
        : "";
  }

  private static void printHistory(List<InvocationTransition> history, Terminal terminal) {
    if (history.isEmpty()) {
      return;
    }
    Table table = new Table("TIME", "AFTER", "FROM", "TO", "DRIVER", "EPOCH", "REASON");
    Timestamp first = history.get(0).getTime();
    for (InvocationTransition transition : history) {
      boolean evidence = transition.getFromState() == transition.getToState();
      table.row(
          Cell.of(Times.exact(transition.getTime())),
          Cell.of("+" + Times.between(first, transition.getTime())),
          Cell.of(from(transition), Style.FAINT),
          evidence ? Cell.of("(evidence)", Style.FAINT) : States.cell(transition.getToState()),
          Cell.of(transition.getDriver()),
          Cell.of(transition.getEpoch() == 0 ? "" : Long.toString(transition.getEpoch())),
          Cell.of(reason(transition)));
    }
    terminal.line("");
    terminal.line("History:", Style.STRONG);
    table.printTo(terminal);
  }

  private static String from(InvocationTransition transition) {
    return transition.getFromState() == InvocationState.INVOCATION_STATE_UNSPECIFIED
        ? ""
        : States.name(transition.getFromState());
  }

  private static String reason(InvocationTransition transition) {
    return transition.getAttempt() > 1
        ? (transition.getReason() + " run " + transition.getAttempt()).strip()
        : transition.getReason();
  }
}

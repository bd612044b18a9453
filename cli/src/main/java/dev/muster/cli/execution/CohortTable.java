// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.execution;

import dev.muster.cli.output.Cell;
import dev.muster.cli.output.Style;
import dev.muster.cli.output.Table;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.output.Times;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.type.v1.InvocationState;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An execution node by node: trouble first, successes last, what does not fit counted by state;
 * then how it ended, and what each trouble means.
 */
public final class CohortTable {
  /** How many rows are shown where nobody says. */
  public static final int DEFAULT_ROWS = 50;

  private static final Comparator<Invocation> TROUBLE_FIRST =
      Comparator.comparingInt((Invocation invocation) -> States.severity(invocation.getState()))
          .thenComparing(Invocation::getNodeName);

  private final int maxRows;

  /**
   * Makes a table.
   *
   * @param maxRows how many nodes to show; 0: all
   */
  public CohortTable(int maxRows) {
    this.maxRows = maxRows == 0 ? Integer.MAX_VALUE : maxRows;
  }

  /** Prints rows and summary. */
  public void print(Execution execution, Collection<Invocation> invocations, Terminal terminal) {
    List<Invocation> sorted = invocations.stream().sorted(TROUBLE_FIRST).toList();
    int shown = Math.min(sorted.size(), maxRows);
    if (shown > 0) {
      Table table = new Table("NODE", "STATE", "TOOK", "EXIT", "DETAIL");
      sorted.subList(0, shown).forEach(invocation -> addRow(table, invocation));
      table.printTo(terminal);
    }
    if (shown < sorted.size()) {
      terminal.line(
          "… and " + byState(sorted.subList(shown, sorted.size())) + " (--rows 0 shows all)",
          Style.FAINT);
    }
    printSummary(execution, terminal);
  }

  private static void addRow(Table table, Invocation invocation) {
    table.row(
        Cell.of(invocation.getNodeName()),
        States.cell(invocation.getState()),
        Cell.of(took(invocation)),
        Cell.of(
            invocation.getResult().hasExitCode()
                ? Integer.toString(invocation.getResult().getExitCode())
                : ""),
        Cell.of(InvocationDetail.of(invocation)));
  }

  static String took(Invocation invocation) {
    return invocation.hasSettleTime() && invocation.hasCreateTime()
        ? Times.between(invocation.getCreateTime(), invocation.getSettleTime())
        : "";
  }

  private static String byState(List<Invocation> invocations) {
    Map<InvocationState, Long> counts =
        invocations.stream()
            .collect(
                Collectors.groupingBy(Invocation::getState, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .map(count -> count.getValue() + " more " + States.name(count.getKey()))
        .collect(Collectors.joining(", "));
  }

  private static void printSummary(Execution execution, Terminal terminal) {
    StateCounts counts = StateCounts.of(execution.getCounts());
    String after =
        execution.hasSettleTime() && execution.hasCreateTime()
            ? " after " + Times.between(execution.getCreateTime(), execution.getSettleTime())
            : "";
    terminal.line("");
    terminal.line(
        States.name(execution.getState())
            + after
            + ": "
            + execution.getAction()
            + " on "
            + execution.getCohortSize()
            + (execution.getCohortSize() == 1 ? " node" : " nodes")
            + (counts.total() == 0 ? "" : ", " + counts)
            + (execution.getStateReason().isEmpty() ? "" : " (" + execution.getStateReason() + ")"),
        Style.STRONG);
    counts
        .troubles()
        .forEach(
            state -> terminal.line("  " + States.name(state) + ": " + States.meaning(state) + "."));
    if (execution.getSkippedOffline() > 0) {
      terminal.line(
          "  " + execution.getSkippedOffline() + " offline, left out of the cohort: did not run.");
    }
    terminal.line("Execution " + execution.getId(), Style.FAINT);
  }
}

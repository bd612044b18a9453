// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.execution;

import dev.muster.cli.output.Cell;
import dev.muster.cli.output.Style;
import dev.muster.cli.output.Table;
import dev.muster.cli.output.Terminal;
import dev.muster.cli.output.Times;
import dev.muster.proto.operator.v1.Invocation;
import java.time.Instant;
import java.util.List;

/** Invocations of any executions, in the order in which they come. */
public final class InvocationTable {
  private InvocationTable() {}

  /** Prints them. */
  public static void print(List<Invocation> invocations, Instant now, Terminal terminal) {
    if (invocations.isEmpty()) {
      terminal.note("No invocations.");
      return;
    }
    Table table = new Table("INVOCATION", "NODE", "ACTION", "STATE", "AGE", "TOOK", "DETAIL");
    for (Invocation invocation : invocations) {
      table.row(
          Cell.of(invocation.getId()),
          Cell.of(invocation.getNodeName()),
          Cell.of(invocation.getAction()),
          States.cell(invocation.getState()),
          Cell.of(Times.ago(invocation.getCreateTime(), now), Style.FAINT),
          Cell.of(CohortTable.took(invocation)),
          Cell.of(InvocationDetail.of(invocation)));
    }
    table.printTo(terminal);
  }
}

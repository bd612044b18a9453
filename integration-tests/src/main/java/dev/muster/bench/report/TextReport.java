// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import dev.muster.bench.BenchFailedException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A report for people: a table per scenario, on a terminal or as Markdown. */
public final class TextReport {
  private TextReport() {}

  /** Prints the machine and all tables. */
  public static void print(Report report, PrintStream out) {
    out.println();
    report.machine().forEach((key, value) -> out.println(key + ": " + value));
    String scenario = "";
    for (List<Result> portion : report.portions()) {
      out.println();
      if (!portion.get(0).scenario().equals(scenario)) {
        scenario = portion.get(0).scenario();
        out.println(scenario);
      }
      ResultTable.of(portion).plain().forEach(out::println);
    }
  }

  /** Writes the machine and all tables as Markdown. */
  public static void writeMarkdown(Report report, Path file) {
    List<String> lines = new ArrayList<>();
    lines.add("| | |");
    lines.add("|---|---|");
    report.machine().forEach((key, value) -> lines.add("| " + key + " | " + value + " |"));
    String scenario = "";
    for (List<Result> portion : report.portions()) {
      if (!portion.get(0).scenario().equals(scenario)) {
        scenario = portion.get(0).scenario();
        lines.addAll(List.of("", "## " + scenario));
      }
      lines.add("");
      lines.addAll(ResultTable.of(portion).markdown());
    }
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw new BenchFailedException(file + " cannot be written", e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.JsonReport;
import dev.muster.bench.report.Report;
import dev.muster.bench.report.Result;
import dev.muster.bench.report.ResultTable;
import dev.muster.bench.scenario.Scenario;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** Runs scenarios one after the other. What one of them fails at does not keep the others. */
final class Bench {
  private static final int MOST_CHARS = 160;

  private final Workshop workshop;
  private final Progress progress;
  private final Report report;

  Bench(Workshop workshop, Progress progress, Report report) {
    this.workshop = workshop;
    this.progress = progress;
    this.report = report;
  }

  /** Runs the scenarios; returns whether all went well. */
  boolean run(List<Scenario> scenarios) {
    boolean well = true;
    for (Scenario scenario : scenarios) {
      try {
        scenario.run(workshop, progress, this::take);
        workshop.tidy();
      } catch (RuntimeException e) {
        if (workshop.isClosed()) {
          return false; // Interrupted: what failed then is no news.
        }
        well = false;
        tell(scenario, e);
        take(Result.of(scenario.name()).with("failed", firstLine(e)));
      }
    }
    return well;
  }

  private void tell(Scenario scenario, RuntimeException e) {
    progress.step("FAILED: " + scenario.name() + ": " + e.getMessage());
    if (!(e instanceof BenchFailedException)) {
      // Nobody has said yet what the processes had to say about it.
      progress.step(stackTrace(e));
      workshop.logTails().forEach(progress::step);
    }
    progress.step("files are kept in " + workshop.keepFiles());
  }

  /** Kept at once: hours of measuring are not to be lost with the last scenario. */
  private void take(Result result) {
    report.add(result);
    workshop.options().json().ifPresent(file -> JsonReport.write(report, file));
    progress.step(String.join("\n", ResultTable.of(List.of(result)).plain()));
  }

  private static String firstLine(RuntimeException e) {
    String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return line.length() > MOST_CHARS ? line.substring(0, MOST_CHARS) + "…" : line;
  }

  private static String stackTrace(RuntimeException e) {
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }
}

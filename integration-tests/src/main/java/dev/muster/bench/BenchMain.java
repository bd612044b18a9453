// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.JsonReport;
import dev.muster.bench.report.Machine;
import dev.muster.bench.report.Plots;
import dev.muster.bench.report.Report;
import dev.muster.bench.report.TextReport;
import dev.muster.bench.scenario.Scenario;
import dev.muster.bench.scenario.Scenarios;
import java.util.List;
import java.util.OptionalInt;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code muster bench}: measures a server of its own beside the raw limit and prints what it found.
 * Ends with 0 if all went well, with 1 if a check failed, with 2 on a fault in the command line.
 * Whatever happens, nothing that it started keeps running.
 */
@Command(
    name = "muster bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures a server of its own, with a swarm of its own, beside the limit: a raw gRPC echo with the same messages and the"
          + " same swarm, in turns within one run.",
      "",
      "Takes a few minutes for each scenario; 19,000 nodes need 20,000 open files per process (ulimit -n)."
    })
public final class BenchMain {
  private static final int FAILED = 1;

  @Mixin private final BenchOptions options = new BenchOptions();

  private BenchMain() {}

  /** Measures and ends the process. */
  public static void main(String... arguments) {
    // What libraries log is no figure.
    Logger.getLogger("").setLevel(Level.OFF);
    System.exit(run(arguments));
  }

  /** Measures; returns the exit code. */
  static int run(String... arguments) {
    BenchMain main = new BenchMain();
    OptionalInt over = Arguments.read(main, main.options::faults, arguments);
    if (over.isPresent()) {
      return over.getAsInt();
    }
    return measure(main.options, List.of(arguments)) ? 0 : FAILED;
  }

  private static boolean measure(BenchOptions options, List<String> arguments) {
    List<Scenario> scenarios =
        options.scenarios().isEmpty()
            ? Scenarios.all()
            : options.scenarios().stream()
                .map(name -> Scenarios.named(name).orElseThrow())
                .toList();
    Workshop workshop = Workshop.open(options);
    // Also on Ctrl-C. Closing twice is fine.
    Runtime.getRuntime().addShutdownHook(new Thread(workshop::close, "bench-stop"));
    try (workshop) {
      // Described first: afterwards this process has one processor.
      Report report = new Report(Machine.describe(workshop, arguments));
      workshop.pinning().pinSelf();
      Progress progress = new Progress(System.err, options.verbose());
      boolean well = new Bench(workshop, progress, report).run(scenarios);
      TextReport.print(report, System.out);
      options.json().ifPresent(file -> JsonReport.write(report, file));
      options.markdown().ifPresent(file -> TextReport.writeMarkdown(report, file));
      options.plots().ifPresent(folder -> Plots.write(report, folder));
      return well;
    } catch (BenchFailedException e) {
      System.err.println("The bench failed: " + e.getMessage());
      return false;
    }
  }
}

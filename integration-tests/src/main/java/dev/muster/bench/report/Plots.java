// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import dev.muster.bench.BenchFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** The scaling curves of a report, one file each, the raw limit beside Muster. */
public final class Plots {
  private static final String NODES = "nodes";
  private static final String MUSTER = "Muster";
  private static final String RAW = "raw gRPC";

  private Plots() {}

  /** Writes the curves for which there are results. */
  public static void write(Report report, Path folder) {
    try {
      Files.createDirectories(folder);
      time(report, folder, "fanout", "Dispatch to the last result committed");
      perNode(report, folder, "fanout", "The same, for each node");
      time(report, folder, "barrier", "Barrier and dispatch to the last result committed");
      time(report, folder, "connect", "All nodes connect and are reconciled");
      time(report, folder, "payload", "Dispatch with an input of 16 KiB");
      memory(report, folder);
    } catch (IOException e) {
      throw new BenchFailedException("plots cannot be written to " + folder, e);
    }
  }

  private static void time(Report report, Path folder, String scenario, String title)
      throws IOException {
    Plot plot =
        new Plot(title, NODES, "ms (median)")
            .add(series(report, scenario, MUSTER, "median_ms", 1))
            .add(series(report, scenario, RAW, "raw_ms", 1));
    write(plot, folder, scenario + ".svg");
  }

  private static void perNode(Report report, Path folder, String scenario, String title)
      throws IOException {
    Plot plot =
        new Plot(title, NODES, "µs per node")
            .add(series(report, scenario, MUSTER, "us_per_node", 1))
            .add(series(report, scenario, RAW, "raw_us_per_node", 1))
            .add(series(report, scenario, "server CPU", "server_cpu_us", 1))
            .add(series(report, scenario, "raw server CPU", "raw_cpu_us", 1));
    write(plot, folder, scenario + "-per-node.svg");
  }

  private static void memory(Report report, Path folder) throws IOException {
    double megabyte = 1.0 / 1_024;
    Plot plot =
        new Plot("Resident memory with idle nodes, after a collection", NODES, "MiB")
            .add(series(report, "idle-memory", MUSTER, "server_rss_kb", megabyte))
            .add(series(report, "idle-memory", RAW, "raw_rss_kb", megabyte));
    write(plot, folder, "idle-memory.svg");
  }

  private static Plot.Series series(
      Report report, String scenario, String name, String figure, double scale) {
    List<Plot.Point> points =
        report.of(scenario).stream()
            .map(result -> new Plot.Point(result.number(NODES), result.number(figure) * scale))
            .filter(point -> Double.isFinite(point.x()) && Double.isFinite(point.y()))
            .sorted(Comparator.comparingDouble(Plot.Point::x))
            .toList();
    return new Plot.Series(name, points);
  }

  private static void write(Plot plot, Path folder, String file) throws IOException {
    if (!plot.isEmpty()) {
      Files.writeString(folder.resolve(file), plot.svg());
    }
  }
}

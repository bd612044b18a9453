// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.Progress;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.bed.BedPlan;
import dev.muster.bench.bed.ProcessFigures;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import dev.muster.bench.report.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What an idle connected node costs the server: its resident memory after a full collection, with
 * none, some and all nodes connected, and the slope of the line through these points. The raw
 * server likewise.
 *
 * <p>Both servers run with a small young generation and a heap that gives back what a collection
 * has freed. With the JVM's defaults the resident memory would mostly tell how much of the young
 * generation had been touched so far.
 */
public final class IdleMemoryScenario implements Scenario {
  static final List<String> TIGHT_HEAP =
      List.of(
          "-XX:+UseSerialGC",
          "-Xmn16m",
          "-XX:MinHeapFreeRatio=5",
          "-XX:MaxHeapFreeRatio=10",
          "-XX:-ShrinkHeapInSteps");

  private static final int WARM_UP_NODES = 500;
  private static final int WARM_UP_ROUNDS = 10;
  private static final List<Integer> POINTS = List.of(0, 5_000, 10_000, 19_000);

  @Override
  public String name() {
    return "idle-memory";
  }

  @Override
  public void run(Workshop workshop, Progress progress, Consumer<Result> results) {
    List<Integer> sizes = workshop.options().nodes();
    int most = sizes.get(sizes.size() - 1);
    try (Bed bed = Bed.open(workshop, plan(name(), most))) {
      measure(bed, name(), "", most, progress, results);
    }
  }

  static BedPlan plan(String name, int most) {
    return new BedPlan(name, most, false, TIGHT_HEAP);
  }

  /** Measures a bed that is empty. */
  static void measure(
      Bed bed, String scenario, String variant, int most, Progress progress, Consumer<Result> to) {
    warmUp(bed, most);
    List<Double> nodes = new ArrayList<>();
    List<Double> muster = new ArrayList<>();
    List<Double> raw = new ArrayList<>();
    List<Double> heap = new ArrayList<>();
    for (int point : points(most)) {
      progress.step(scenario + ": " + point + " nodes");
      if (point > 0) {
        bed.grow(point);
      }
      nodes.add((double) point);
      muster.add(rssAfterCollection(bed.server().figures()));
      raw.add(rssAfterCollection(bed.rawServer().figures()));
      heap.add((double) bed.server().gcLog().lastHeapKilobytes().orElse(0L));
      to.accept(
          begin(scenario, variant, point)
              .with("server_rss_kb", muster.get(muster.size() - 1).longValue())
              .with("raw_rss_kb", raw.get(raw.size() - 1).longValue())
              .with("heap_kb", heap.get(heap.size() - 1).longValue()));
    }
    double each = bytesEach(nodes, muster);
    double rawEach = bytesEach(nodes, raw);
    to.accept(
        begin(scenario, variant, most)
            .with("bytes_per_node", each)
            .with("raw_bytes_per_node", rawEach)
            .with("heap_bytes_per_node", bytesEach(nodes, heap))
            .with("ratio", each / rawEach)
            .with("jvm_flags", String.join(" ", TIGHT_HEAP)));
  }

  /** Loads every class that a connect and a dispatch need, so that they do not count as nodes. */
  private static void warmUp(Bed bed, int most) {
    bed.grow(Math.min(WARM_UP_NODES, most));
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      var unused = bed.dispatchToAll(FanoutScenario.request(FanoutScenario.NO_INPUT));
      var unusedRaw = bed.rawFanout(0).round().getAsDouble();
    }
    bed.empty();
  }

  static List<Integer> points(int most) {
    Stream<Integer> below =
        most >= POINTS.get(POINTS.size() - 1)
            ? POINTS.subList(0, POINTS.size() - 1).stream()
            : Stream.of(0, most / 4, most / 2);
    return Stream.concat(below, Stream.of(most)).distinct().toList();
  }

  private static Result begin(String scenario, String variant, int nodes) {
    Result result = Result.of(scenario, nodes);
    return variant.isEmpty() ? result : result.with("variant", variant);
  }

  private static double rssAfterCollection(ProcessFigures process) {
    process.awaitQuiet();
    // The second one gives back what the first one's references still held.
    process.collectGarbage();
    process.collectGarbage();
    return process.rssKilobytes();
  }

  private static double bytesEach(List<Double> nodes, List<Double> kilobytes) {
    return 1_024
        * Samples.slope(
            nodes.stream().mapToDouble(Double::doubleValue).toArray(),
            kilobytes.stream().mapToDouble(Double::doubleValue).toArray());
  }
}

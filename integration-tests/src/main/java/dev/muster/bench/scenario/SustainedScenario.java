// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.BenchFailedException;
import dev.muster.bench.BenchOptions;
import dev.muster.bench.Progress;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.bed.BedPlan;
import dev.muster.bench.bed.GcLog;
import dev.muster.bench.bed.MusterServer;
import dev.muster.bench.bed.Side;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import dev.muster.bench.report.Samples;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A minute of dispatches to 10,000 nodes, one at the heels of the other: whether the last third is
 * as fast as the first, whether the heap grows, and how long collections stop the server. Raw
 * rounds before and after: between them would be a rest.
 */
public final class SustainedScenario implements Scenario {
  private static final int NODES = 10_000;

  @Override
  public String name() {
    return "sustained";
  }

  @Override
  public void run(Workshop workshop, Progress progress, Consumer<Result> results) {
    BenchOptions options = workshop.options();
    List<Integer> sizes = options.nodes();
    int nodes = Math.min(NODES, sizes.get(sizes.size() - 1));
    DispatchExecutionRequest request = FanoutScenario.request(FanoutScenario.NO_INPUT);
    try (Bed bed = Bed.open(workshop, BedPlan.plain(name(), nodes))) {
      bed.grow(nodes);
      progress.step(name() + ": " + nodes + " nodes, warm-up");
      Side raw = bed.rawFanout(FanoutScenario.NO_INPUT.length());
      for (int i = 0; i < options.warmupRounds(nodes); i++) {
        var unused = raw.round().getAsDouble();
        var unusedRaw = bed.dispatchToAll(request);
      }
      List<Double> rawMillis = rawRounds(raw, options.rounds());
      long heapBefore = heapAfterCollection(bed.server());
      progress.step(name() + ": " + nodes + " nodes, " + options.seconds() + " s");
      long begin = System.currentTimeMillis();
      long cpuBefore = bed.server().figures().cpuMillis();
      List<Double> millis = load(bed, request, Duration.ofSeconds(options.seconds()));
      double seconds = (System.currentTimeMillis() - begin) / 1_000.0;
      long cpu = bed.server().figures().cpuMillis() - cpuBefore;
      GcLog collections = bed.server().gcLog().between(begin, System.currentTimeMillis());
      long rss = bed.server().figures().rssKilobytes();
      bed.awaitQuiet();
      long heapAfter = heapAfterCollection(bed.server());
      rawMillis.addAll(rawRounds(raw, options.rounds()));
      int third = Math.max(1, millis.size() / 3);
      double first = Samples.of(millis.subList(0, third)).median();
      double last = Samples.of(millis.subList(millis.size() - third, millis.size())).median();
      Samples samples = Samples.of(millis);
      double rawMedian = Samples.of(rawMillis).median();
      results.accept(
          Result.of(name(), nodes)
              .with("dispatches", millis.size())
              .with("median_ms", samples.median())
              .with("raw_ms", rawMedian)
              .with("ratio", samples.median() / rawMedian)
              .with("p50_ms", samples.percentile(50))
              .with("p99_ms", samples.percentile(99))
              .with("max_ms", samples.max())
              .with("first_third_ms", first)
              .with("last_third_ms", last)
              .with("drift", last / first)
              .with("invocations_per_s", millis.size() * (double) nodes / seconds)
              .with("server_cpu_us", cpu * 1_000.0 / millis.size() / nodes)
              .with("heap_before_kb", heapBefore)
              .with("heap_after_kb", heapAfter)
              .with("server_rss_kb", rss)
              .collections(collections));
    }
  }

  private static List<Double> load(Bed bed, DispatchExecutionRequest request, Duration time) {
    List<Double> millis = new ArrayList<>();
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      millis.add(bed.dispatchToAll(request));
    }
    return millis;
  }

  private static List<Double> rawRounds(Side raw, int rounds) {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      millis.add(raw.round().getAsDouble());
    }
    return millis;
  }

  private static long heapAfterCollection(MusterServer server) {
    server.figures().collectGarbage();
    return server
        .gcLog()
        .lastHeapKilobytes()
        .orElseThrow(() -> new BenchFailedException("the collections' log tells no heap"));
  }
}

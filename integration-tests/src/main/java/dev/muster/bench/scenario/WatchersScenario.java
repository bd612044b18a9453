// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.BenchOptions;
import dev.muster.bench.Progress;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.bed.BedPlan;
import dev.muster.bench.bed.EndWatch;
import dev.muster.bench.bed.Settled;
import dev.muster.bench.bed.Side;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import dev.muster.bench.report.Rounds;
import dev.muster.bench.report.Samples;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.WatchDetail;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A dispatch that a hundred operators follow, against one that nobody does but the bench: all of
 * them told each change of each invocation, or the execution alone.
 */
public final class WatchersScenario implements Scenario {
  private static final int WATCHERS = 100;
  private static final int NODES = 10_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Override
  public String name() {
    return "watchers";
  }

  @Override
  public void run(Workshop workshop, Progress progress, Consumer<Result> results) {
    List<Integer> sizes = workshop.options().nodes();
    int nodes = Math.min(NODES, sizes.get(sizes.size() - 1));
    try (Bed bed = Bed.open(workshop, BedPlan.plain(name(), nodes))) {
      bed.grow(nodes);
      results.accept(
          measure(bed, "execution", WatchDetail.WATCH_DETAIL_EXECUTION, workshop, progress));
      results.accept(
          measure(bed, "invocations", WatchDetail.WATCH_DETAIL_INVOCATIONS, workshop, progress));
    }
  }

  private Result measure(
      Bed bed, String variant, WatchDetail detail, Workshop workshop, Progress progress) {
    int nodes = bed.nodes();
    progress.step(name() + ": " + nodes + " nodes, " + WATCHERS + " watch " + variant);
    BenchOptions options = workshop.options();
    DispatchExecutionRequest request = FanoutScenario.request(FanoutScenario.NO_INPUT);
    List<Double> told = new ArrayList<>();
    List<Double> messages = new ArrayList<>();
    Side watched =
        new Side(
            "watched",
            bed.server().figures(),
            () -> {
              long begin = System.nanoTime();
              Execution dispatched = bed.operator().dispatch(request);
              DeafWatchers watchers =
                  DeafWatchers.open(bed.operator(), dispatched.getId(), WATCHERS, detail);
              Execution settled = new EndWatch(bed.operator()).await(dispatched, PATIENCE);
              double millis = (System.nanoTime() - begin) / 1e6;
              Settled.requireSuccess(settled, nodes);
              watchers.awaitEnd(PATIENCE);
              told.add((System.nanoTime() - begin) / 1e6);
              messages.add((double) watchers.messages());
              return millis;
            },
            bed::awaitAcknowledged);
    List<Rounds> measured =
        new InterleavedRounds(progress, options.warmupRounds(nodes), options.rounds())
            .run(
                name() + " " + variant,
                List.of(
                    bed.rawFanout(FanoutScenario.NO_INPUT.length()),
                    bed.fanout("alone", request),
                    watched));
    Rounds alone = measured.get(1);
    return Result.of(name(), nodes)
        .with("variant", variant)
        .with("watchers", WATCHERS)
        .compared(measured.get(2), measured.get(0), nodes)
        .with("alone_ms", alone.samples().median())
        .with("cost", measured.get(2).ratioTo(alone))
        .with("pair_cost", measured.get(2).pairRatioTo(alone))
        .with("all_told_ms", Samples.of(lastOf(told, options.rounds())).median())
        .with("messages", Samples.of(lastOf(messages, options.rounds())).median());
  }

  /** Leaves out what came of the warm-up. */
  private static List<Double> lastOf(List<Double> all, int count) {
    return all.subList(all.size() - count, all.size());
  }
}

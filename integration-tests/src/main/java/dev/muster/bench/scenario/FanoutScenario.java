// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.BenchOptions;
import dev.muster.bench.Progress;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.bed.BedPlan;
import dev.muster.bench.bed.GcLog;
import dev.muster.bench.bed.Operator;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import dev.muster.bench.report.Rounds;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import java.util.List;
import java.util.function.Consumer;

/**
 * A dispatch to all nodes of the fleet, from the call to the last result committed, against the raw
 * echo to as many.
 */
public final class FanoutScenario implements Scenario {
  /** An input that says nothing. */
  static final String NO_INPUT = "{}";

  @Override
  public String name() {
    return "fanout";
  }

  @Override
  public void run(Workshop workshop, Progress progress, Consumer<Result> results) {
    List<Integer> sizes = workshop.options().nodes();
    try (Bed bed = Bed.open(workshop, BedPlan.plain(name(), sizes.get(sizes.size() - 1)))) {
      for (int nodes : sizes) {
        progress.step(name() + ": " + nodes + " nodes");
        bed.grow(nodes);
        results.accept(
            measure(bed, Result.of(name(), nodes), request(NO_INPUT), workshop, progress));
      }
    }
  }

  /** A dispatch to the whole fleet. */
  static DispatchExecutionRequest request(String inputJson) {
    return Operator.dispatchTo(Bed.FLEET, inputJson).build();
  }

  /** Measures a bed that has grown; adds what it found to the result. */
  static Result measure(
      Bed bed,
      Result result,
      DispatchExecutionRequest request,
      Workshop workshop,
      Progress progress) {
    BenchOptions options = workshop.options();
    int nodes = bed.nodes();
    InterleavedRounds interleaved =
        new InterleavedRounds(progress, options.warmupRounds(nodes), options.rounds());
    long begin = System.currentTimeMillis();
    List<Rounds> measured =
        interleaved.run(
            result.scenario() + " " + nodes,
            List.of(bed.rawFanout(request.getInputJson().length()), bed.fanout("muster", request)));
    GcLog collections = bed.server().gcLog().between(begin, System.currentTimeMillis());
    return result
        .compared(measured.get(1), measured.get(0), nodes)
        .with("server_rss_kb", bed.server().figures().rssKilobytes())
        .collections(collections);
  }
}

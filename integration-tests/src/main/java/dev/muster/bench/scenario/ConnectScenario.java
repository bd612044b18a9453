// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.Progress;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.bed.BedPlan;
import dev.muster.bench.bed.GcLog;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import dev.muster.bench.report.Rounds;
import java.util.List;
import java.util.function.Consumer;

/**
 * All nodes of the fleet come at once: from the first connection to the last session that is
 * reconciled, against as many raw connections with one stream each.
 */
public final class ConnectScenario implements Scenario {
  private static final int WARM_UP_CONNECTS = 20_000;
  private static final int MOST_WARM_UP_ROUNDS = 5;

  @Override
  public String name() {
    return "connect";
  }

  @Override
  public void run(Workshop workshop, Progress progress, Consumer<Result> results) {
    List<Integer> sizes = workshop.options().nodes();
    try (Bed bed = Bed.open(workshop, BedPlan.plain(name(), sizes.get(sizes.size() - 1)))) {
      for (int nodes : sizes) {
        progress.step(name() + ": " + nodes + " nodes");
        results.accept(measure(bed, Result.of(name(), nodes), nodes, workshop, progress));
      }
    }
  }

  /** Measures a bed with nobody connected; adds what it found to the result. */
  static Result measure(Bed bed, Result result, int nodes, Workshop workshop, Progress progress) {
    bed.enroll(nodes);
    bed.awaitQuiet();
    int warmup = Math.min(MOST_WARM_UP_ROUNDS, 1 + WARM_UP_CONNECTS / (nodes + 1));
    InterleavedRounds interleaved =
        new InterleavedRounds(
            progress,
            Math.min(warmup, workshop.options().warmupRounds(nodes)),
            workshop.options().rounds());
    long begin = System.currentTimeMillis();
    List<Rounds> measured =
        interleaved.run(
            result.scenario() + " " + nodes, List.of(bed.rawConnect(nodes), bed.connect(nodes)));
    GcLog collections = bed.server().gcLog().between(begin, System.currentTimeMillis());
    return result
        .compared(measured.get(1), measured.get(0), nodes)
        .with("connects_per_s", nodes * 1_000 / measured.get(1).samples().median())
        .with("raw_connects_per_s", nodes * 1_000 / measured.get(0).samples().median())
        .collections(collections);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.Progress;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.bed.BedPlan;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import java.util.List;
import java.util.function.Consumer;

/**
 * Dispatches, connects and idle memory with TLS on both sides: Muster's own certificate, which the
 * raw server borrows.
 */
public final class TlsScenario implements Scenario {
  @Override
  public String name() {
    return "tls";
  }

  @Override
  public void run(Workshop workshop, Progress progress, Consumer<Result> results) {
    List<Integer> sizes = workshop.options().nodes();
    int most = sizes.get(sizes.size() - 1);
    try (Bed bed = Bed.open(workshop, BedPlan.plain(name(), most).withTls())) {
      for (int nodes : sizes) {
        progress.step(name() + ": fanout, " + nodes + " nodes");
        bed.grow(nodes);
        results.accept(
            FanoutScenario.measure(
                bed,
                Result.of(name(), nodes).with("variant", "fanout"),
                FanoutScenario.request(FanoutScenario.NO_INPUT),
                workshop,
                progress));
        progress.step(name() + ": connect, " + nodes + " nodes");
        bed.empty();
        Result connect = Result.of(name(), nodes).with("variant", "connect");
        results.accept(ConnectScenario.measure(bed, connect, nodes, workshop, progress));
      }
    }
    try (Bed bed = Bed.open(workshop, IdleMemoryScenario.plan(name(), most).withTls())) {
      IdleMemoryScenario.measure(bed, name(), "idle-memory", most, progress, results);
    }
  }
}

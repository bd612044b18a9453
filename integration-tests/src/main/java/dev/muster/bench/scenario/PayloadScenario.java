// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.Progress;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.bed.BedPlan;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import java.util.List;
import java.util.function.Consumer;

/** A dispatch with an input of 16 KiB, against the raw echo of messages as large. */
public final class PayloadScenario implements Scenario {
  private static final int BYTES = 16 << 10;
  private static final int MOST_NODES = 10_000;

  @Override
  public String name() {
    return "payload";
  }

  @Override
  public void run(Workshop workshop, Progress progress, Consumer<Result> results) {
    List<Integer> sizes =
        workshop.options().nodes().stream()
            .map(nodes -> Math.min(nodes, MOST_NODES))
            .distinct()
            .toList();
    try (Bed bed = Bed.open(workshop, BedPlan.plain(name(), sizes.get(sizes.size() - 1)))) {
      for (int nodes : sizes) {
        progress.step(name() + ": " + nodes + " nodes");
        bed.grow(nodes);
        results.accept(
            FanoutScenario.measure(
                bed,
                Result.of(name(), nodes).with("input_bytes", BYTES),
                FanoutScenario.request(input(BYTES)),
                workshop,
                progress));
      }
    }
  }

  /** Returns a JSON object of exactly so many bytes. */
  static String input(int bytes) {
    String empty = "{\"data\":\"\"}";
    return "{\"data\":\"" + "x".repeat(bytes - empty.length()) + "\"}";
  }
}

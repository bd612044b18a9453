// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.Progress;
import dev.muster.bench.bed.Side;
import dev.muster.bench.report.Rounds;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures several sides in turns: first the first, then the second, and again. A machine that
 * others share changes its pace within minutes; only rounds that were neighbours compare.
 */
public final class InterleavedRounds {
  private final Progress progress;
  private final int warmup;
  private final int rounds;

  InterleavedRounds(Progress progress, int warmup, int rounds) {
    this.progress = progress;
    this.warmup = warmup;
    this.rounds = rounds;
  }

  /** Runs all rounds; returns those of each side, in the order of the sides. */
  List<Rounds> run(String what, List<Side> sides) {
    List<List<Double>> millis = new ArrayList<>();
    long[] cpuMillis = new long[sides.size()];
    sides.forEach(side -> millis.add(new ArrayList<>()));
    for (int round = -warmup; round < rounds; round++) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < sides.size(); i++) {
        Side side = sides.get(i);
        long cpuBefore = side.server().cpuMillis();
        double took = side.round().getAsDouble();
        if (round >= -1) {
          side.rest().run(); // While warming up, only before what is measured.
        }
        long cpu = side.server().cpuMillis() - cpuBefore;
        line.append(String.format(" %s %.1f ms (cpu %d ms)", side.name(), took, cpu));
        if (round >= 0) {
          millis.get(i).add(took);
          cpuMillis[i] += cpu;
        }
      }
      String label = round < 0 ? "warm-up " + (round + warmup + 1) : "round " + (round + 1);
      progress.detail(what + " " + label + ":" + line);
    }
    List<Rounds> measured = new ArrayList<>();
    for (int i = 0; i < sides.size(); i++) {
      measured.add(new Rounds(millis.get(i), cpuMillis[i]));
    }
    return measured;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.BenchFailedException;
import dev.muster.bench.Progress;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.bed.BedPlan;
import dev.muster.bench.bed.Child;
import dev.muster.bench.bed.EndWatch;
import dev.muster.bench.bed.Settled;
import dev.muster.bench.bed.Swarm;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import dev.muster.bench.report.Samples;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The server is killed with all nodes connected and started again: from its ready line until every
 * node has a session and is reconciled. The limit is the time in which as many raw connections are
 * made, to a raw server that has been running, and to one just started, as Muster's is. Meanwhile
 * an operator looks at the fleet.
 */
public final class StormScenario implements Scenario {
  /**
   * After so long a session an agent comes back without the delay that it had come to before. What
   * is sooner would measure the round before.
   */
  private static final Duration STABLE = Duration.ofSeconds(65);

  private static final Duration LOSS = Duration.ofSeconds(30);
  private static final Duration DISPATCH = Duration.ofMinutes(2);
  private static final long LOOK_AGAIN_NANOS = 50_000_000;

  @Override
  public String name() {
    return "storm";
  }

  @Override
  public void run(Workshop workshop, Progress progress, Consumer<Result> results) {
    List<Integer> sizes = workshop.options().nodes();
    int nodes = sizes.get(sizes.size() - 1);
    DispatchExecutionRequest request = FanoutScenario.request(FanoutScenario.NO_INPUT);
    try (Bed bed = Bed.open(workshop, BedPlan.plain(name(), nodes))) {
      progress.step(name() + ": " + nodes + " nodes");
      bed.grow(nodes);
      long connected = System.nanoTime();
      Execution execution = bed.operator().dispatch(request);
      Settled.requireSuccess(new EndWatch(bed.operator()).await(execution, DISPATCH), nodes);
      List<Double> raw = new ArrayList<>();
      List<Double> coldRaw = new ArrayList<>();
      List<Storm> storms = new ArrayList<>();
      for (int round = 1; round <= workshop.options().rounds(); round++) {
        bed.rawSwarm().disconnect();
        raw.add(bed.rawSwarm().connect(nodes));
        bed.rawSwarm().disconnect();
        bed.rawServer().restart();
        coldRaw.add(bed.rawSwarm().connect(nodes));
        awaitStable(connected);
        bed.awaitQuiet();
        storms.add(storm(bed, nodes, execution.getId()));
        connected = System.nanoTime();
        bed.awaitQuiet();
        // Connected is not enough: each must still do what it is told.
        var unused = bed.dispatchToAll(request);
        Storm last = storms.get(storms.size() - 1);
        progress.detail(
            String.format(
                "round %d: raw %.0f ms, just started %.0f ms; muster %.0f ms, operator p99 %.1f ms",
                round,
                raw.get(round - 1),
                coldRaw.get(round - 1),
                last.millis(),
                last.operator().answered().percentile(99)));
      }
      results.accept(result(nodes, raw, coldRaw, storms));
    }
  }

  /**
   * One of them.
   *
   * @param millis from the ready line until all were back
   * @param operator what the operator saw in this time
   * @param downMillis how long the server was away before
   */
  private record Storm(double millis, OperatorProbe.Seen operator, double downMillis) {}

  private static Storm storm(Bed bed, int nodes, String executionId) {
    try (OperatorProbe probe = OperatorProbe.begin(bed.operator(), executionId)) {
      long killed = System.nanoTime();
      bed.server().kill();
      awaitLoss(bed.swarm());
      bed.swarm().tellAwait(nodes);
      Child.Ready ready = bed.server().restart();
      var unused = bed.swarm().awaited();
      long back = System.nanoTime();
      return new Storm(
          (back - ready.nanos()) / 1e6,
          probe.between(ready.nanos(), back),
          (ready.nanos() - killed) / 1e6);
    }
  }

  private static void awaitStable(long connectedNanos) {
    while (System.nanoTime() - connectedNanos < STABLE.toNanos()) {
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  private static void awaitLoss(Swarm swarm) {
    long end = System.nanoTime() + LOSS.toNanos();
    while (swarm.stats().path("connected").asInt() > 0) {
      if (System.nanoTime() - end > 0) {
        throw new BenchFailedException("the swarm has not seen that its server is gone");
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  private Result result(int nodes, List<Double> raw, List<Double> coldRaw, List<Storm> storms) {
    Samples back = Samples.of(storms.stream().map(Storm::millis).toList());
    Samples p50 =
        Samples.of(storms.stream().map(one -> one.operator().answered().percentile(50)).toList());
    Samples p99 =
        Samples.of(storms.stream().map(one -> one.operator().answered().percentile(99)).toList());
    double slowest =
        storms.stream().mapToDouble(one -> one.operator().answered().max()).max().orElse(0);
    return Result.of(name(), nodes)
        .with("median_ms", back.median())
        .with("min_ms", back.min())
        .with("max_ms", back.max())
        .with("raw_ms", Samples.of(raw).median())
        .with("ratio", back.median() / Samples.of(raw).median())
        .with("raw_started_ms", Samples.of(coldRaw).median())
        .with("ratio_started", back.median() / Samples.of(coldRaw).median())
        .with("down_ms", Samples.of(storms.stream().map(Storm::downMillis).toList()).median())
        .with("operator_p50_ms", p50.median())
        .with("operator_p99_ms", p99.median())
        .with("operator_max_ms", slowest)
        .with(
            "operator_calls_failed",
            storms.stream().mapToLong(one -> one.operator().failed()).sum());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.BenchOptions;
import dev.muster.bench.Progress;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.bed.BedPlan;
import dev.muster.bench.bed.EndWatch;
import dev.muster.bench.bed.Operator;
import dev.muster.bench.bed.Settled;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import dev.muster.bench.report.Samples;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ListNodesRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * One node: from the dispatch call until a watcher sees the final state, one dispatch after the
 * other. First on a quiet fleet, then while dispatches to 10,000 nodes follow each other, this node
 * among them. The raw ping-pong of one stream beside it.
 */
public final class LatencyScenario implements Scenario {
  private static final int LOADED_NODES = 10_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Under load one dispatch may take long; there need not be so many. */
  private static final Duration LOADED_TIME = Duration.ofSeconds(60);

  private static final int LEAST_LOADED = 100;

  /** So many until the compiler has settled: the way of one dispatch is long. */
  private static final int WARM_UP = 6_000;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public void run(Workshop workshop, Progress progress, Consumer<Result> results) {
    List<Integer> sizes = workshop.options().nodes();
    int loaded = Math.min(LOADED_NODES, sizes.get(sizes.size() - 1));
    try (Bed bed = Bed.open(workshop, BedPlan.plain(name(), loaded))) {
      progress.step(name() + ": one node, quiet");
      bed.grow(1);
      results.accept(quiet(bed, workshop.options(), progress));
      progress.step(name() + ": one of " + loaded + " nodes, under load");
      bed.grow(loaded);
      results.accept(underLoad(bed, workshop.options()));
    }
  }

  private Result quiet(Bed bed, BenchOptions options, Progress progress) {
    OneNode node = new OneNode(bed);
    int portion = Math.max(1, options.dispatches() / options.rounds());
    var unusedRaw = bed.rawServer().pingPong(options.dispatches());
    for (int i = 0; i < WARM_UP; i++) {
      var unused = node.dispatch();
    }
    List<Double> millis = new ArrayList<>();
    List<Double> rawMedians = new ArrayList<>();
    List<Double> rawTails = new ArrayList<>();
    for (int round = 0; round < options.rounds(); round++) {
      JsonNode raw = bed.rawServer().pingPong(portion);
      rawMedians.add(raw.path("p50").asDouble() / 1_000);
      rawTails.add(raw.path("p99").asDouble() / 1_000);
      List<Double> some = new ArrayList<>();
      for (int i = 0; i < portion; i++) {
        some.add(node.dispatch());
      }
      progress.detail(
          "round " + (round + 1) + ": " + Samples.of(some).median() + " ms; raw " + raw);
      millis.addAll(some);
    }
    return told(Result.of(name(), 1).with("variant", "quiet"), Samples.of(millis))
        .with("raw_p50_ms", Samples.of(rawMedians).median())
        .with("raw_p99_ms", Samples.of(rawTails).median());
  }

  private Result underLoad(Bed bed, BenchOptions options) {
    OneNode node = new OneNode(bed);
    List<Double> millis = new ArrayList<>();
    try (ContinuousLoad load = ContinuousLoad.begin(bed)) {
      load.awaitRounds(2);
      long end = System.nanoTime() + LOADED_TIME.toNanos();
      while (millis.size() < options.dispatches()
          && (System.nanoTime() < end || millis.size() < LEAST_LOADED)) {
        millis.add(node.dispatch());
      }
      return told(Result.of(name(), bed.nodes()).with("variant", "under load"), Samples.of(millis))
          .with("load_median_ms", load.samples().median());
    }
  }

  private static Result told(Result result, Samples millis) {
    return result
        .with("dispatches", millis.size())
        .with("p50_ms", millis.percentile(50))
        .with("p90_ms", millis.percentile(90))
        .with("p99_ms", millis.percentile(99))
        .with("max_ms", millis.max());
  }

  /** Dispatches to one node of the fleet. */
  private static final class OneNode {
    private final Bed bed;
    private final EndWatch end;
    private final DispatchExecutionRequest request;

    OneNode(Bed bed) {
      this.bed = bed;
      this.end = new EndWatch(bed.operator());
      String id =
          bed.operator()
              .nodes()
              .listNodes(ListNodesRequest.newBuilder().setPageSize(1).build())
              .getNodes(0)
              .getId();
      this.request =
          DispatchExecutionRequest.newBuilder()
              .setAction(Operator.ACTION)
              .addNodeIds(id)
              .setInputJson(FanoutScenario.NO_INPUT)
              .build();
    }

    /** Returns the ms from the call until its end was seen. */
    double dispatch() {
      long begin = System.nanoTime();
      Execution settled = end.await(bed.operator().dispatch(request), PATIENCE);
      double millis = (System.nanoTime() - begin) / 1e6;
      Settled.requireSuccess(settled, 1);
      return millis;
    }
  }
}

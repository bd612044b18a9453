// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.Progress;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.bed.BedPlan;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import java.util.List;
import java.util.function.Consumer;

/**
 * The same dispatch with next to nothing in the store and with a million past invocations, each
 * against raw rounds of its own time, since making the million takes minutes; and the lists, which
 * page by key. The past is made as any past is: by dispatching.
 */
public final class HistoryScenario implements Scenario {
  private static final int NODES = 10_000;
  private static final int TELL_EVERY = 10;

  @Override
  public String name() {
    return "history";
  }

  @Override
  public void run(Workshop workshop, Progress progress, Consumer<Result> results) {
    List<Integer> sizes = workshop.options().nodes();
    int nodes = Math.min(NODES, sizes.get(sizes.size() - 1));
    DispatchExecutionRequest request = FanoutScenario.request(FanoutScenario.NO_INPUT);
    try (Bed bed = Bed.open(workshop, BedPlan.plain(name(), nodes))) {
      progress.step(name() + ": " + nodes + " nodes, empty store");
      bed.grow(nodes);
      Result empty = measure(bed, "empty", request, workshop, progress);
      results.accept(empty);
      int dispatches = (workshop.options().history() + nodes - 1) / nodes;
      for (int i = 1; i <= dispatches; i++) {
        var unused = bed.dispatchToAll(request);
        if (i % TELL_EVERY == 0) {
          progress.detail(name() + ": " + (long) i * nodes + " invocations made");
        }
      }
      bed.awaitQuiet();
      progress.step(name() + ": " + nodes + " nodes, " + (long) dispatches * nodes + " past");
      Result full = measure(bed, "past", request, workshop, progress);
      results.accept(
          full.with("past_invocations", (long) dispatches * nodes)
              .with("ratio_to_empty", full.number("ratio") / empty.number("ratio"))
              .with("cpu_to_empty", full.number("server_cpu_us") / empty.number("server_cpu_us")));
    }
  }

  private Result measure(
      Bed bed,
      String variant,
      DispatchExecutionRequest request,
      Workshop workshop,
      Progress progress) {
    Result result = Result.of(name(), bed.nodes()).with("variant", variant);
    var measured = FanoutScenario.measure(bed, result, request, workshop, progress);
    return new ListPages(bed.operator()).measure(measured);
  }
}

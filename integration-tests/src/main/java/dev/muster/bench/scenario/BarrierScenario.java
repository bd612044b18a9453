// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.scenario;

import dev.muster.bench.Progress;
import dev.muster.bench.bed.Bed;
import dev.muster.bench.bed.BedPlan;
import dev.muster.bench.bed.Workshop;
import dev.muster.bench.report.Result;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.PrepareMode;
import dev.muster.proto.operator.v1.PreparePolicy;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.function.Consumer;

/**
 * A dispatch that executes nowhere before every node has said that it is ready, from the call to
 * the last result committed. The limit is the raw echo of one round, as for a dispatch without a
 * barrier.
 */
public final class BarrierScenario implements Scenario {
  private static final int WHOLE_COHORT = 100;

  @Override
  public String name() {
    return "barrier";
  }

  @Override
  public void run(Workshop workshop, Progress progress, Consumer<Result> results) {
    List<Integer> sizes = workshop.options().nodes();
    DispatchExecutionRequest request =
        FanoutScenario.request(FanoutScenario.NO_INPUT).toBuilder()
            .setPrepare(
                PreparePolicy.newBuilder()
                    .setMode(PrepareMode.PREPARE_MODE_BARRIER)
                    .setQuorumPercent(WHOLE_COHORT))
            .build();
    try (Bed bed = Bed.open(workshop, BedPlan.plain(name(), sizes.get(sizes.size() - 1)))) {
      for (int nodes : sizes) {
        progress.step(name() + ": " + nodes + " nodes");
        bed.grow(nodes);
        results.accept(
            FanoutScenario.measure(bed, Result.of(name(), nodes), request, workshop, progress));
      }
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
        throw e;
      }
      results.accept(
          Result.of(name()).with("not_available", String.valueOf(e.getStatus().getDescription())));
    }
  }
}

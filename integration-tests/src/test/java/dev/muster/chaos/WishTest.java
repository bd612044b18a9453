// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.PrepareMode;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class WishTest {
  private static final List<String> NODES = List.of("a", "b", "c");

  private static List<DispatchExecutionRequest> draws(long seed) {
    Chance chance = new Chance(seed, "operator");
    return IntStream.range(0, 500)
        .mapToObj(i -> Wish.draw(chance, NODES, "r-" + i, Instant.EPOCH))
        .toList();
  }

  @Test
  void sameSeed_asksForTheSame_andAnotherOneDoesNot() {
    assertThat(draws(7)).isEqualTo(draws(7)).isNotEqualTo(draws(8));
  }

  @Test
  void everyKindOfWork_isAskedFor() {
    List<DispatchExecutionRequest> draws = draws(7);

    assertThat(draws)
        .extracting(DispatchExecutionRequest::getAction)
        .contains(Hooks.ALL.toArray(String[]::new));
    assertThat(draws)
        .extracting(draw -> draw.getPrepare().getMode())
        .contains(
            PrepareMode.PREPARE_MODE_UNSPECIFIED,
            PrepareMode.PREPARE_MODE_EACH,
            PrepareMode.PREPARE_MODE_BARRIER);
    assertThat(draws)
        .anyMatch(draw -> draw.getStartWithin().getSeconds() == 0)
        .anyMatch(draw -> !draw.getSelector().isEmpty())
        .anyMatch(draw -> draw.getNodeIdsCount() == 1)
        .anyMatch(draw -> draw.getNodeIdsCount() == NODES.size())
        .anyMatch(draw -> draw.getRollout().getMaxParallel() == 1)
        .anyMatch(draw -> draw.getRollout().getMaxParallel() > 1)
        .anyMatch(draw -> draw.getRollout().getMaxParallelPercent() > 0)
        .anyMatch(draw -> draw.getRollout().getCanary() > 0)
        .anyMatch(draw -> draw.getRollout().hasMaxFailures())
        .anyMatch(draw -> draw.getRollout().getMaxFailuresPercent() > 0)
        .anyMatch(draw -> draw.getRollout().hasPauseBetween());
  }
}

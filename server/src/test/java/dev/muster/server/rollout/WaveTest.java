// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.node.NodeId;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class WaveTest {
  private static final List<NodeId> COHORT =
      IntStream.range(0, 6).mapToObj(WaveTest::node).toList();

  private static NodeId node(int number) {
    return new NodeId(new UUID(1, number));
  }

  private static List<NodeId> nodes(int... numbers) {
    return IntStream.of(numbers).mapToObj(WaveTest::node).toList();
  }

  private static BitSet taken(int... positions) {
    BitSet taken = new BitSet();
    IntStream.of(positions).forEach(taken::set);
    return taken;
  }

  @Test
  void connectedNodes_goFirst_inTheOrderOfTheCohort() {
    Set<NodeId> connected = Set.copyOf(nodes(1, 3, 4));

    Wave wave = Wave.pick(COHORT, taken(3), 2, connected::contains);

    assertThat(wave.nodes()).containsExactlyElementsOf(nodes(1, 4));
    assertThat(wave.taken()).isEqualTo(taken(1, 3, 4));
  }

  @Test
  void placesThatNoConnectedNodeTakes_goToTheOthers_inTheOrderOfTheCohort() {
    Set<NodeId> connected = Set.copyOf(nodes(5));

    Wave wave = Wave.pick(COHORT, taken(0), 3, connected::contains);

    assertThat(wave.nodes()).containsExactlyElementsOf(nodes(5, 1, 2));
    assertThat(wave.taken()).isEqualTo(taken(0, 1, 2, 5));
  }

  @Test
  void waveAfterWave_takesEveryNodeOnce() {
    BitSet taken = taken();
    for (int i = 0; i < 3; i++) {
      Wave wave = Wave.pick(COHORT, taken, 2, node -> node.value().getLeastSignificantBits() == 4);
      assertThat(wave.nodes()).hasSize(2);
      taken = wave.taken();
    }

    assertThat(taken.cardinality()).isEqualTo(COHORT.size());
    assertThat(Wave.pick(COHORT, taken, 2, node -> true).nodes()).isEmpty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RoundsTest {
  private static final Rounds RAW = new Rounds(List.of(100.0, 200.0, 400.0), 30);
  private static final Rounds MUSTER = new Rounds(List.of(150.0, 240.0, 800.0), 90);

  @Test
  void ratioTo_comparesMedians() {
    assertThat(MUSTER.ratioTo(RAW)).isCloseTo(1.2, within(1e-9));
  }

  @Test
  void pairRatioTo_comparesNeighbours() {
    assertThat(MUSTER.pairRatioTo(RAW)).isCloseTo(1.5, within(1e-9));
  }

  @Test
  void cpuMicrosEach_isSharedByRoundsAndNodes() {
    assertThat(MUSTER.cpuMicrosEach(1_000)).isCloseTo(30, within(1e-9));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ProcessFiguresTest {
  @Test
  void cpuMillis_isUserAndSystemTime_whateverTheNameHolds() {
    String stat = "4711 (java (x) y) S 1 2 3 0 -1 4194304 100 200 3 4 250 50 7 8 20 0 30 0 12345";

    assertThat(ProcessFigures.cpuMillis(stat)).isEqualTo(3_000);
  }

  @Test
  void rss_isInKilobytes() {
    assertThat(ProcessFigures.rssKilobytes(List.of("VmHWM:\t  9999 kB", "VmRSS:\t  1234 kB")))
        .isEqualTo(1_234);
  }

  @Test
  void ownProcess_hasMemory() {
    assertThat(new ProcessFigures(ProcessHandle.current().pid()).rssKilobytes()).isPositive();
  }
}

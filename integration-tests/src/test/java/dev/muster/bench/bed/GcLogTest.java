// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class GcLogTest {
  private static final List<String> SERIAL =
      List.of(
          "[1795399562000ms] Using Serial",
          "[1795399562123ms] GC(0) Pause Young (Allocation Failure) 139M->7M(500M) 5.214ms",
          "[1795399563500ms] GC(1) Pause Young (Allocation Failure) 146M->9M(500M) 7.500ms",
          "[1795399570000ms] GC(2) Pause Full (Diagnostic Command) 100M->4096K(500M) 31.000ms");

  private static final List<String> G1 =
      List.of(
          "[1795399562123ms] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 23M->3M(256M) 3.210ms",
          "[1795399562200ms] GC(1) Concurrent Mark Cycle",
          "[1795399562210ms] GC(1) Pause Remark 5M->5M(256M) 1.100ms",
          "[1795399562230ms] GC(1) Concurrent Mark Cycle 30.125ms");

  @Test
  void pauses_areAddedUp() {
    GcLog log = GcLog.parse(SERIAL);

    assertThat(log.pauses()).hasSize(3);
    assertThat(log.totalMillis()).isEqualTo(43.714);
    assertThat(log.maxMillis()).isEqualTo(31.0);
  }

  @Test
  void heap_isThatAfterTheLastPause() {
    assertThat(GcLog.parse(SERIAL).lastHeapKilobytes()).contains(4_096L);
    assertThat(GcLog.parse(SERIAL.subList(0, 2)).lastHeapKilobytes()).contains(7L << 10);
  }

  @Test
  void between_leavesOutWhatWasBeforeAndAfter() {
    GcLog log = GcLog.parse(SERIAL).between(1_795_399_563_000L, 1_795_399_564_000L);

    assertThat(log.maxMillis()).isEqualTo(7.5);
    assertThat(log.pauses()).hasSize(1);
  }

  @Test
  void concurrentWork_isNoPause() {
    assertThat(GcLog.parse(G1).pauses())
        .extracting(GcLog.Pause::millis)
        .containsExactly(3.210, 1.100);
  }

  @Test
  void emptyLog_hasNoPauseAndNoHeap() {
    GcLog log = GcLog.parse(List.of());

    assertThat(log.maxMillis()).isZero();
    assertThat(log.lastHeapKilobytes()).isEmpty();
  }
}

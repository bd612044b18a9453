// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TraceTest {
  @Test
  void line_isRead() {
    assertThat(Trace.parse("a", "start 0190-abc 2 4711 12.34"))
        .contains(new Trace("a", Trace.Kind.START, "0190-abc", 2, 4711, 12.34));
  }

  @Test
  void lineWhoseEndIsMissing_isNoEvidence() {
    assertThat(Trace.parse("a", "start 0190-abc 2")).isEmpty();
    assertThat(Trace.parse("a", "start 0190-abc 2 4711 ")).isEmpty();
    assertThat(Trace.parse("a", "begin 0190-abc 2 4711 12.34")).isEmpty();
  }
}

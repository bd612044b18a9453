// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProcStatTest {
  @Test
  void nameOfAnyForm_doesNotConfuseTheRest() {
    String stat = "42 (a) R (b) S 7 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 2 3";

    assertThat(ProcStat.parse(42, stat)).contains(new ProcStat(42, 'S', 7, 98_765));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "42",
        "42 (a)",
        "42 (a) S 7",
        "42 (a) S x 42 42 0 -1 4 1 0 0 0 0 0 0 0 20 0 1 0 9 1"
      })
  void anythingElse_isNoProcess(String stat) {
    assertThat(ProcStat.parse(42, stat)).isEmpty();
  }

  @Test
  void entryOfTheEnvironment_isFoundWholeOnly() {
    byte[] environment = bytes("A=1\0MUSTER_RUN_ID=abc\0B=MUSTER_RUN_ID=abcd\0");

    assertThat(ProcessTree.hasEntry(environment, bytes("MUSTER_RUN_ID=abc"))).isTrue();
    assertThat(ProcessTree.hasEntry(environment, bytes("A=1"))).isTrue();
    assertThat(ProcessTree.hasEntry(environment, bytes("MUSTER_RUN_ID=ab"))).isFalse();
    assertThat(ProcessTree.hasEntry(environment, bytes("MUSTER_RUN_ID=abcd"))).isFalse();
    assertThat(ProcessTree.hasEntry(bytes(""), bytes("A=1"))).isFalse();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class EpochRuleTest {
  private final EpochRule rule = new EpochRule();

  private static Scene reported(String end) {
    return new Scene()
        .invocation("i1", "a", "0 DISPATCHED dispatch epoch4", "1 ACKNOWLEDGED node epoch4", end);
  }

  @Test
  void reportWithTheEpochOfAnOlderSession_isFound_onceTheNewerOneIsThere() {
    assertThat(reported("5 STARTED node epoch4").present("a", 5, 3, 9).check(rule)).hasSize(1);
    assertThat(reported("5 STARTED node epoch4").present("a", 5, 6, 9).check(rule)).isEmpty();
    assertThat(reported("5 STARTED node epoch5").present("a", 5, 3, 9).check(rule)).isEmpty();
    assertThat(reported("5 STARTED node epoch4").present("b", 5, 3, 9).check(rule)).isEmpty();
  }

  @Test
  void handOverToAnOlderSession_isFound() {
    Scene scene =
        new Scene()
            .invocation("i1", "a", "0 PENDING dispatch", "5 DISPATCHED courier epoch4")
            .present("a", 5, 3, 9);

    assertThat(scene.check(rule)).hasSize(1);
  }

  @Test
  void whatTheServerSaysOfAnOlderHandOver_isNoReport() {
    assertThat(reported("5 LOST clock epoch4").present("a", 5, 3, 9).check(rule)).isEmpty();
  }
}

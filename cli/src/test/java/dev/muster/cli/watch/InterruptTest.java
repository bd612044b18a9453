// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InterruptTest {
  private final FakeShutdownHooks hooks = new FakeShutdownHooks();
  private final List<String> said = new ArrayList<>();
  private final Interrupt interrupt = new Interrupt(hooks, () -> said.add("farewell"));

  @Test
  void interrupt_saysFarewellOnce() {
    hooks.interrupt();
    hooks.interrupt();

    assertThat(said).containsExactly("farewell");
  }

  @Test
  void disarmed_saysNothing() {
    interrupt.disarm();
    hooks.interrupt();

    assertThat(said).isEmpty();
    assertThat(hooks.armed()).isZero();
  }

  @Test
  void processThatIsEndingAnyway_canStillBeDisarmed() {
    hooks.interrupt();
    interrupt.disarm();

    assertThat(said).containsExactly("farewell");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

final class WritePaceTest {
  private final Queue<Runnable> unwritten = new ArrayDeque<>();
  private final List<String> slices = new ArrayList<>();
  private final WritePace pace = new WritePace(unwritten::add);

  @Test
  void oneSliceIsReady_whileOneIsWritten_andNoMore() {
    pace.goOn(() -> slices.add("second"));
    assertThat(slices).containsExactly("second");

    pace.goOn(() -> slices.add("third"));
    assertThat(slices).containsExactly("second");

    written();
    assertThat(slices).containsExactly("second", "third");
  }

  @Test
  void whoeverWaits_goesOnInTurn() {
    pace.goOn(() -> slices.add("a"));
    pace.goOn(() -> slices.add("b"));
    pace.goOn(() -> slices.add("c"));
    assertThat(slices).containsExactly("a");

    written();
    assertThat(slices).containsExactly("a"); // Two are still unwritten.
    written();
    assertThat(slices).containsExactly("a", "b", "c");
  }

  @Test
  void aTransportThatWritesAtOnce_holdsNothingBack() {
    WritePace quick = new WritePace(Runnable::run);
    for (int i = 0; i < 5; i++) {
      quick.goOn(() -> slices.add("next"));
    }
    assertThat(slices).hasSize(5);
  }

  private void written() {
    unwritten.remove().run();
  }
}

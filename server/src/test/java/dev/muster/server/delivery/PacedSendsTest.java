// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What goes out at once, and when the next slice is written. */
final class PacedSendsTest {
  private final Queue<Runnable> unwritten = new ArrayDeque<>();
  private final List<String> done = new ArrayList<>();
  private final PacedSends pace = new PacedSends(unwritten::add);

  @Test
  void aPortionGoesOutPerRoundAndInOrder() {
    for (int i = 0; i < PacedSends.PORTION + 2; i++) {
      int number = i;
      pace.send(() -> done.add("" + number));
    }

    assertThat(unwritten).hasSize(1);
    unwritten.remove().run();
    assertThat(done).hasSize(PacedSends.PORTION).startsWith("0", "1", "2");
    assertThat(unwritten).hasSize(1);
    unwritten.remove().run();
    assertThat(done).hasSize(PacedSends.PORTION + 2).endsWith("64", "65");
    assertThat(unwritten).isEmpty();
  }

  @Test
  void aSendThatFails_holdsNobodyUp() {
    // Bug: what came after it was never sent.
    pace.send(
        () -> {
          throw new IllegalStateException("broken");
        });
    pace.send(() -> done.add("next"));
    unwritten.remove().run();
    pace.send(() -> done.add("later"));
    unwritten.remove().run();

    assertThat(done).containsExactly("next", "later");
  }

  @Test
  void beginsAgainAfterARest() {
    pace.send(() -> done.add("one"));
    unwritten.remove().run();
    pace.send(() -> done.add("two"));
    unwritten.remove().run();

    assertThat(done).containsExactly("one", "two");
  }

  @Test
  void theNextSliceWaitsUntilTheLastHasNearlyGoneOut() {
    int sends = PacedSends.READY + PacedSends.PORTION;
    for (int i = 0; i < sends; i++) {
      pace.send(() -> {});
    }
    pace.goOn(() -> done.add("next"));
    pace.goOn(() -> done.add("other"));

    assertThat(done).isEmpty();
    unwritten.remove().run();
    assertThat(done).isEmpty();
    unwritten.remove().run();
    assertThat(done).containsExactly("next", "other");
  }

  @Test
  void withNothingUnsentASliceGoesOnAtOnce() {
    pace.goOn(() -> done.add("next"));

    assertThat(done).containsExactly("next");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.invocation.InvocationId;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class UndecidedTest {
  private static final InvocationId ONE = new InvocationId(new UUID(1, 1));
  private static final InvocationId TWO = new InvocationId(new UUID(1, 2));

  private final Undecided undecided = new Undecided();

  @Test
  void laterOnes_waitBehindTheOldest_howeverTheyCome() {
    assertThat(undecided.add(ONE, 3, List.of())).isTrue();
    assertThat(undecided.add(ONE, 5, List.of())).isFalse();
    assertThat(undecided.add(ONE, 4, List.of())).isFalse();
    assertThat(undecided.add(TWO, 6, List.of())).isTrue();

    assertThat(undecided.first(ONE).sequence()).isEqualTo(3);
    assertThat(undecided.remove(ONE, 3)).isTrue();
    assertThat(undecided.first(ONE).sequence()).isEqualTo(4);
    assertThat(undecided.remove(ONE, 4)).isTrue();
    assertThat(undecided.remove(ONE, 5)).isFalse();
    assertThat(undecided.contains(ONE)).isFalse();
    assertThat(undecided.contains(TWO)).isTrue();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.invocation.InvocationId;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class OutboxTest {
  private final Outbox<String> outbox = new Outbox<>();

  @Test
  void control_overtakesDispatch_eachInItsOrder() {
    outbox.addDispatch(id(1), "execute 1");
    assertThat(outbox.offerControl("cancel")).isTrue();
    outbox.addDispatch(id(2), "execute 2");
    assertThat(outbox.offerControl("ack")).isTrue();

    assertThat(outbox.poll()).isEqualTo("cancel");
    assertThat(outbox.poll()).isEqualTo("ack");
    assertThat(outbox.poll()).isEqualTo("execute 1");
    assertThat(outbox.poll()).isEqualTo("execute 2");
    assertThat(outbox.poll()).isNull();
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void withdraw_takesBackOnlyWhatStillWaits() {
    outbox.addDispatch(id(1), "execute 1");

    assertThat(outbox.withdraw(id(1))).isTrue();
    assertThat(outbox.withdraw(id(1))).isFalse();
    assertThat(outbox.withdraw(id(2))).isFalse();
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void control_isBounded() {
    for (int i = 0; i < Outbox.MAX_CONTROL; i++) {
      assertThat(outbox.offerControl("m")).isTrue();
    }

    assertThat(outbox.offerControl("one too many")).isFalse();
    outbox.clear();
    assertThat(outbox.offerControl("m")).isTrue();
  }

  private static InvocationId id(int number) {
    return new InvocationId(new UUID(1, number));
  }
}

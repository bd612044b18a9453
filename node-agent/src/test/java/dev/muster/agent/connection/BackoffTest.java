// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  private long nanos;
  private final Backoff backoff = new Backoff(() -> nanos, () -> 0.999_999_999);

  @Test
  void wait_doublesFromOneSecondToSixty() {
    for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
      assertThat(backoff.next().toMillis()).isBetween(seconds * 1_000L - 1, seconds * 1_000L);
    }
  }

  @Test
  void wait_isAnythingDownToNothing() {
    Backoff lucky = new Backoff(() -> nanos, () -> 0);

    assertThat(lucky.next()).isZero();
    assertThat(lucky.next()).isZero();
  }

  @Test
  void connectionThatHeldForAMinute_startsOver() {
    backoff.next();
    backoff.next();
    backoff.connected();
    nanos += Duration.ofSeconds(60).toNanos();

    assertThat(backoff.next().toMillis()).isBetween(999L, 1_000L);
  }

  @Test
  void connectionThatEndedSooner_doesNot() {
    backoff.next();
    backoff.next();
    backoff.connected();
    nanos += Duration.ofSeconds(59).toNanos();

    assertThat(backoff.next().toMillis()).isBetween(3_999L, 4_000L);
  }
}

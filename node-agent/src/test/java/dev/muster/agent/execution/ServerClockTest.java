// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.loop.FakeLoop;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class ServerClockTest {
  private static final Instant SERVER = Instant.parse("2030-01-01T00:00:00Z");

  private final FakeLoop loop = new FakeLoop();
  private final ServerClock clock = new ServerClock(loop);

  @Test
  void nothingHeard_isNothingKnown() {
    assertThat(clock.now()).isEmpty();
  }

  @Test
  void whatTheServerSaid_isCarriedOn_howeverWrongTheWallClockIs() {
    clock.measured(SERVER);

    loop.pass(Duration.ofSeconds(90));

    assertThat(clock.now()).contains(SERVER.plusSeconds(90));
  }

  @Test
  void afterASuspend_theTimeIsUnknownUntilItIsSaidAgain() {
    clock.measured(SERVER);
    loop.jump(Duration.ofMinutes(10));
    assertThat(clock.now()).isEmpty();

    clock.measured(SERVER.plusSeconds(600));

    assertThat(clock.now()).contains(SERVER.plusSeconds(600));
  }

  @Test
  void smallCorrectionsOfTheWallClock_changeNothing() {
    clock.measured(SERVER);
    loop.jump(Duration.ofSeconds(-4));

    assertThat(clock.now()).contains(SERVER);
  }

  @Test
  void messagesThatLayUnread_doNotSetTheTimeBack() {
    // Bug: behind a SIGSTOP the first of them did, and what came next started too late.
    clock.measured(SERVER);
    loop.pass(Duration.ofSeconds(55));

    clock.heard(SERVER.plusSeconds(5));
    clock.heard(SERVER.plusSeconds(25));
    clock.heard(SERVER.plusSeconds(45));

    assertThat(clock.now()).contains(SERVER.plusSeconds(55));
  }

  @Test
  void messageFromBeforeASuspend_doesNotMakeTheTimeKnown() {
    // Bug: what had been sent before, and came behind it, started by the time of then.
    clock.measured(SERVER);
    loop.jump(Duration.ofMinutes(10));

    clock.heard(SERVER.plusSeconds(20));
    assertThat(clock.now()).isEmpty();

    clock.heard(SERVER.plusSeconds(600));
    assertThat(clock.now()).contains(SERVER.plusSeconds(600));
  }

  @Test
  void clockOfTheServerThatWasSetBack_isFollowed_whenItIsToldTwice() {
    clock.measured(SERVER);
    loop.pass(Duration.ofSeconds(20));
    clock.heard(SERVER.minusSeconds(3_580));
    loop.pass(Duration.ofSeconds(20));

    clock.heard(SERVER.minusSeconds(3_560));

    assertThat(clock.now()).contains(SERVER.minusSeconds(3_560));
  }

  @Test
  void clockOfTheServerThatWasSetForward_isFollowed() {
    clock.measured(SERVER);
    loop.pass(Duration.ofSeconds(20));

    clock.heard(SERVER.plusSeconds(3_620));

    assertThat(clock.now()).contains(SERVER.plusSeconds(3_620));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TimerWheelTest {
  private final FakeTicker ticker = new FakeTicker();
  private final List<String> fired = new ArrayList<>();

  private TimerWheel.Timer timer(String name) {
    return TimerWheel.Timer.of(() -> fired.add(name));
  }

  private void set(TimerWheel.Timer timer, Duration delay) {
    ticker.wheel().set(timer, delay.toNanos());
  }

  @Test
  void timer_firesOnce_notBeforeItsTime() {
    set(timer("a"), Duration.ofMillis(12));

    ticker.advance(Duration.ofMillis(11));
    List<String> early = List.copyOf(fired);
    ticker.advance(Duration.ofMillis(5));
    ticker.advance(Duration.ofMinutes(5));

    assertThat(early).isEmpty();
    assertThat(fired).containsExactly("a");
  }

  @Test
  void timerLongerThanATurn_firesAtItsTime() {
    set(timer("a"), Duration.ofSeconds(60));

    ticker.advance(Duration.ofSeconds(59));
    List<String> early = List.copyOf(fired);
    ticker.advance(Duration.ofSeconds(2));

    assertThat(early).isEmpty();
    assertThat(fired).containsExactly("a");
  }

  @Test
  void cancelledTimer_doesNotFire_andItsNeighboursDo() {
    TimerWheel.Timer middle = timer("b");
    set(timer("a"), Duration.ofMillis(10));
    set(middle, Duration.ofMillis(10));
    set(timer("c"), Duration.ofMillis(10));

    ticker.wheel().cancel(middle);
    ticker.advance(Duration.ofMillis(20));

    assertThat(fired).containsExactlyInAnyOrder("a", "c");
  }

  @Test
  void timerSetAgain_firesAtTheLaterTime() {
    TimerWheel.Timer timer = timer("a");
    set(timer, Duration.ofMillis(10));

    set(timer, Duration.ofMillis(100));
    ticker.advance(Duration.ofMillis(50));
    List<String> early = List.copyOf(fired);
    ticker.advance(Duration.ofMillis(60));

    assertThat(early).isEmpty();
    assertThat(fired).containsExactly("a");
  }

  @Test
  void firingTimer_mayCancelAnotherOfTheSameTick() {
    TimerWheel.Timer victim = timer("victim");
    TimerWheel.Timer other = timer("other");
    set(victim, Duration.ofMillis(10));
    set(other, Duration.ofMillis(10));
    set(
        TimerWheel.Timer.of(
            () -> {
              ticker.wheel().cancel(victim);
              ticker.wheel().cancel(other);
            }),
        Duration.ofMillis(10));

    ticker.advance(Duration.ofMillis(20));

    assertThat(fired).isEmpty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.execution.StopSignal.Cause;
import dev.muster.agent.execution.StopSignal.Stop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StopSignalTest {
  private final StopSignal signal = new StopSignal(Runnable::run);
  private final List<String> called = new ArrayList<>();

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  @Test
  void stop_setsTheToken_interrupts_andCallsBackOnce() {
    signal.onCancel(() -> called.add("early"));
    signal.enter();

    signal.stop(stop("first"));
    signal.stop(stop("second"));
    signal.onCancel(() -> called.add("late"));

    assertThat(signal.isCancelled()).isTrue();
    assertThat(signal.reason()).isEqualTo("first");
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThat(called).containsExactly("early", "late");
    assertThatThrownBy(signal::throwIfCancelled).isInstanceOf(CancellationException.class);
  }

  @Test
  void threadThatHasLeft_isNeverInterrupted() {
    signal.enter();
    signal.leave();

    signal.stop(stop("late"));

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void interruptThatCameWhileLeaving_doesNotStayWithTheThread() {
    signal.enter();
    signal.stop(stop("now"));

    signal.leave();

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  private static Stop stop(String reason) {
    return new Stop(Cause.CANCEL, reason, Duration.ZERO);
  }
}

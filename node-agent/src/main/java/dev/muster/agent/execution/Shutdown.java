// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.execution.StopSignal.Cause;
import dev.muster.agent.execution.StopSignal.Stop;
import dev.muster.agent.loop.Loop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The end of all runs when the agent stops: a grace to end by themselves, then the signal, then no
 * more waiting. Confined to the loop.
 */
final class Shutdown {
  private static final Duration MARGIN = Duration.ofSeconds(2);

  private final Loop loop;
  private final Duration stopGrace;
  private final Invocations invocations;
  private final Slots slots;
  private @Nullable Runnable onQuiet;

  Shutdown(Loop loop, Duration stopGrace, Invocations invocations, Slots slots) {
    this.loop = loop;
    this.stopGrace = stopGrace;
    this.invocations = invocations;
    this.slots = slots;
  }

  /** Begins; the callback is called once. */
  void begin(Duration grace, Runnable onQuiet) {
    this.onQuiet = onQuiet;
    loop.after(
        grace,
        () -> {
          Stop stop = new Stop(Cause.SHUTDOWN, "The agent was stopped.", stopGrace);
          invocations.runs().forEach(run -> run.signal().stop(stop));
        });
    loop.after(grace.plus(stopGrace).plus(MARGIN), this::quiet);
    runEnded();
  }

  /** A run has ended; it may have been the last. */
  void runEnded() {
    if (slots.running() == 0) {
      quiet();
    }
  }

  private void quiet() {
    Runnable callback = onQuiet;
    onQuiet = null;
    if (callback != null) {
      callback.run();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.agent.execution.WireTimes;
import dev.muster.agent.loop.Loop;
import dev.muster.proto.agent.v1.Welcome;
import dev.muster.wire.Limits;
import java.time.Duration;

/** Beats at the server's interval, and notices when the server has fallen silent. On the loop. */
final class Heartbeats {
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Loop loop;
  private final Runnable beat;
  private final Runnable onSilence;
  private long lastHeardNanos;
  private boolean stopped;

  /**
   * Makes them; they begin with {@link #start}.
   *
   * @param beat sends one
   * @param onSilence called once, when too many of the server's are missing
   */
  Heartbeats(Loop loop, Runnable beat, Runnable onSilence) {
    this.loop = loop;
    this.beat = beat;
    this.onSilence = onSilence;
    this.lastHeardNanos = loop.nanos();
  }

  /** Something came from the server. */
  void heard() {
    lastHeardNanos = loop.nanos();
  }

  void start(Welcome welcome) {
    schedule(interval(welcome));
  }

  void stop() {
    stopped = true;
  }

  private void schedule(Duration interval) {
    loop.after(interval, () -> next(interval));
  }

  private void next(Duration interval) {
    if (stopped) {
      return;
    }
    long silence = loop.nanos() - lastHeardNanos;
    if (silence >= interval.multipliedBy(Limits.MISSED_HEARTBEATS).toNanos()) {
      onSilence.run();
      return;
    }
    beat.run();
    schedule(interval);
  }

  private static Duration interval(Welcome welcome) {
    Duration told =
        welcome.hasHeartbeatInterval()
            ? WireTimes.duration(welcome.getHeartbeatInterval())
            : Limits.HEARTBEAT_INTERVAL;
    boolean sane = told.compareTo(SHORTEST) >= 0 && told.compareTo(LONGEST) <= 0;
    return sane ? told : Limits.HEARTBEAT_INTERVAL;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.loop.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The server's time: what it said last, carried on by the monotonic clock. That clock stands still
 * while the machine sleeps; where it and the wall clock have parted, the time is not known until
 * the server says it again. Confined to the loop.
 */
public final class ServerClock {
  private static final Duration MOST_APART = Duration.ofSeconds(5);

  private final Loop loop;
  private @Nullable Measurement last;

  private record Measurement(Instant serverTime, long nanos, Instant wallTime) {}

  /** Returns a clock that has heard nothing yet. */
  public ServerClock(Loop loop) {
    this.loop = loop;
  }

  /** Takes what the server says now. */
  public void measured(Instant serverTime) {
    last = new Measurement(serverTime, loop.nanos(), loop.wallTime());
  }

  /** Returns the server's time; empty if it is not known. */
  public Optional<Instant> now() {
    Measurement known = last;
    if (known == null) {
      return Optional.empty();
    }
    Duration elapsed = Duration.ofNanos(loop.nanos() - known.nanos());
    Duration wall = Duration.between(known.wallTime(), loop.wallTime());
    return wall.minus(elapsed).abs().compareTo(MOST_APART) > 0
        ? Optional.empty()
        : Optional.of(known.serverTime().plus(elapsed));
  }
}

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

  /** So long a message may be on its way. */
  private static final Duration MOST_LATE = Duration.ofSeconds(1);

  private final Loop loop;
  private @Nullable Measurement last;
  private Duration lateBefore = Duration.ZERO;

  private record Measurement(Instant serverTime, long nanos, Instant wallTime) {}

  /** Returns a clock that has heard nothing yet. */
  public ServerClock(Loop loop) {
    this.loop = loop;
  }

  /** Takes what the server says now, in answer to this agent. */
  public void measured(Instant serverTime) {
    lateBefore = Duration.ZERO;
    last = new Measurement(serverTime, loop.nanos(), loop.wallTime());
  }

  /**
   * Takes what the server said when it sent a message, which may have lain unread while this
   * process stood still, or been held up on its way. One that is late tells nothing; two that are
   * late by the same tell that the server's clock was set.
   */
  public void heard(Instant serverTime) {
    Duration late = last == null ? Duration.ZERO : Duration.between(serverTime, latest(last));
    boolean asBefore = late.minus(lateBefore).abs().compareTo(MOST_LATE) <= 0;
    if (late.compareTo(MOST_LATE) <= 0 || asBefore) {
      measured(serverTime);
    } else {
      lateBefore = late;
    }
  }

  /** The time by whichever clock has gone further: one of them stands still in a suspend. */
  private Instant latest(Measurement known) {
    Duration elapsed = Duration.ofNanos(loop.nanos() - known.nanos());
    Duration wall = Duration.between(known.wallTime(), loop.wallTime());
    return known.serverTime().plus(elapsed.compareTo(wall) > 0 ? elapsed : wall);
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

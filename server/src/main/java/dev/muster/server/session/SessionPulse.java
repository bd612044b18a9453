// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import java.time.Instant;

/**
 * The signs of life of one session, both ways: gives one where it is due, and ends a session whose
 * agent gave none, or read nothing, for too long.
 *
 * <p>{@link #tick} and {@link #lastHeard} may be called by any thread; all else is called on the
 * session's executor.
 */
final class SessionPulse {
  private final SessionLife life;
  private final SessionServices services;
  private final SessionOutbound out;
  private volatile long lastHeard; // milliseconds; written on the session's executor
  private volatile long lastSent; // milliseconds; written on the session's executor
  private volatile long behindSince; // milliseconds; 0: not; written on the session's executor

  SessionPulse(SessionLife life, SessionServices services, SessionOutbound out) {
    this.life = life;
    this.services = services;
    this.out = out;
    this.lastHeard = services.clock().millis();
    this.lastSent = lastHeard;
  }

  /** Returns when the node was last heard of. */
  Instant lastHeard() {
    return Instant.ofEpochMilli(lastHeard);
  }

  /** Notes that the agent said something. */
  void heard() {
    lastHeard = services.clock().millis();
  }

  /** Notes that something was written to the stream. */
  void sent() {
    lastSent = services.clock().millis();
    if (!out.isBehind()) {
      behindSince = 0;
    } else if (behindSince == 0) {
      behindSince = lastSent;
    }
  }

  /** Notes that the stream took something of what waited for it. */
  void drained() {
    behindSince = out.isBehind() ? services.clock().millis() : 0;
  }

  /**
   * Gives a sign of life where one is due, and ends a session that gave none for three intervals,
   * or took nothing of what waited for it for as long: its agent has heard nothing either. Called
   * for every session, every second: does next to nothing where nothing is due.
   */
  void tick(long now) {
    if (now - lastHeard > silenceMillis()
        || now - lastSent >= intervalMillis()
        || readsNothing(now)) {
      life.unlessEnded(() -> breathe(now));
    }
  }

  private void breathe(long now) {
    long silence = now - lastHeard;
    if (silence > silenceMillis()) {
      life.end(
          BusException.of(ErrorReason.HEARTBEAT_MISSED)
              .message("Nothing was heard for " + silence / 1_000 + " s.")
              .with("silence_seconds", silence / 1_000)
              .build());
    } else if (readsNothing(now)) {
      life.end(
          BusException.of(ErrorReason.HEARTBEAT_MISSED)
              .message("Nothing was read for " + silenceMillis() / 1_000 + " s.")
              .with("silence_seconds", silenceMillis() / 1_000)
              .with("what", "reads nothing")
              .build());
    } else if (life.isWelcomed() && now - lastSent >= intervalMillis()) {
      out.heartbeat(Instant.ofEpochMilli(now));
      sent();
    }
  }

  private boolean readsNothing(long now) {
    long since = behindSince;
    return since > 0 && now - since > silenceMillis();
  }

  private long intervalMillis() {
    return services.heartbeatInterval().toMillis();
  }

  private long silenceMillis() {
    return intervalMillis() * services.missedHeartbeats();
  }
}

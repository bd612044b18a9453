// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Lets acknowledgements wait a little, as TCP does with its own: one then tells of several results,
 * or goes out with the next command, and a fan-out's answers do not compete with its commands.
 * Nothing waits for an acknowledgement but the agent's window, which is far larger than {@link
 * #AT_ONCE}; an agent that stops waits for it a second at most.
 *
 * <p>One timer for all sessions. Thread-safe.
 */
public final class AcknowledgementPace {
  /** Callbacks whose acknowledgement waits no longer: a quarter of an agent's window. */
  static final int AT_ONCE = 8;

  /** One to two of these is what an acknowledgement waits. */
  private static final Duration TICK = Duration.ofMillis(500);

  private final boolean waits;
  private final Object lock = new Object();

  @GuardedBy("lock") private List<NodeSession> young = new ArrayList<>();

  @GuardedBy("lock") private List<NodeSession> due = new ArrayList<>();

  private AcknowledgementPace(boolean waits) {
    this.waits = waits;
  }

  /** Returns a pace by which acknowledgements wait, once it is started. */
  public static AcknowledgementPace delayed() {
    return new AcknowledgementPace(true);
  }

  /** Returns a pace by which none waits. */
  public static AcknowledgementPace immediate() {
    return new AcknowledgementPace(false);
  }

  /** Begins to send what has waited, on this timer until it is shut down. */
  public void start(ScheduledExecutorService timer) {
    var unused =
        timer.scheduleWithFixedDelay(
            this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Returns whether these many may wait. */
  boolean mayWait(int acknowledged) {
    return waits && acknowledged < AT_ONCE;
  }

  /** Notes a session that has something to acknowledge. */
  void add(NodeSession session) {
    synchronized (lock) {
      young.add(session);
    }
  }

  void tick() {
    List<NodeSession> now;
    synchronized (lock) {
      now = due;
      due = young;
      young = new ArrayList<>();
    }
    now.forEach(NodeSession::acknowledge);
  }
}

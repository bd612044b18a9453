// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
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

  /** Short, so that those of a whole fleet do not go out in one go, before some command. */
  private static final Duration TICK = Duration.ofMillis(50);

  /** What an acknowledgement waits, in ticks: half a second. */
  static final int WAIT_TICKS = 10;

  private final boolean waits;
  private final Object lock = new Object();

  /** The sessions of each of the last ticks, the oldest first. */
  @GuardedBy("lock") private final ArrayDeque<List<NodeSession>> due = new ArrayDeque<>();

  private AcknowledgementPace(boolean waits) {
    this.waits = waits;
    for (int i = 0; i <= WAIT_TICKS; i++) {
      due.add(new ArrayList<>());
    }
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
      due.getLast().add(session);
    }
  }

  void tick() {
    List<NodeSession> now;
    synchronized (lock) {
      now = due.removeFirst();
      due.addLast(new ArrayList<>());
    }
    now.forEach(NodeSession::acknowledge);
  }
}

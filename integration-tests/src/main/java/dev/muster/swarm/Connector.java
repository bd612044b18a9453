// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import dev.muster.swarm.node.SwarmNode;
import dev.muster.swarm.node.TimerWheel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Lets nodes connect in turn: so many at once, and so many a second. Confined to the event loop.
 */
final class Connector {
  /** How many connect at once. */
  static final int MOST_AT_ONCE = 256;

  private final TimerWheel wheel;
  private final long spacingNanos;
  private final Queue<SwarmNode> queue = new ArrayDeque<>();
  private final TimerWheel.Timer later = TimerWheel.Timer.of(this::pump);
  private int underWay;
  private long nextAtNanos;
  private boolean pumping;

  /**
   * Makes a connector.
   *
   * @param perSecond how many a second; 0: as fast as it goes
   */
  Connector(TimerWheel wheel, int perSecond) {
    this.wheel = wheel;
    this.spacingNanos = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.nextAtNanos = wheel.nanos();
  }

  void add(SwarmNode node) {
    queue.add(node);
    pump();
  }

  /** An attempt is over. */
  void done() {
    underWay--;
    pump();
  }

  private void pump() {
    if (pumping) {
      return; // An attempt that fails at once asks for the next.
    }
    pumping = true;
    while (underWay < MOST_AT_ONCE && !queue.isEmpty()) {
      long now = wheel.nanos();
      if (spacingNanos > 0 && now < nextAtNanos) {
        wheel.set(later, nextAtNanos - now);
        break;
      }
      underWay++;
      if (queue.remove().open()) {
        // Timers are coarse: what was missed in the last tick is made up for, and no more.
        long earliest = now - TimeUnit.MILLISECONDS.toNanos(2 * TimerWheel.TICK_MILLIS);
        nextAtNanos = Math.max(nextAtNanos, earliest) + spacingNanos;
      } else {
        underWay--;
      }
    }
    pumping = false;
  }
}

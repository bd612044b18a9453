// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Lets every session give a sign of life in time, and finds those that gave none. Looks once a
 * second.
 */
public final class Heartbeats {
  private final SessionRegistry registry;
  private final InstantSource clock;

  /** Makes the heartbeats of a replica's sessions. */
  public Heartbeats(SessionRegistry registry, InstantSource clock) {
    this.registry = registry;
    this.clock = clock;
  }

  /** Begins to look, on this timer until it is shut down. */
  public void start(ScheduledExecutorService timer) {
    var unused = timer.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  void tick() {
    long now = clock.millis();
    registry.all().forEach(session -> session.tick(now));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes wrong with nodes, in the log: at most {@value #MOST} lines in a second, because what
 * goes wrong with one often does with all. Confined to the event loop.
 */
final class Complaints {
  private static final Logger log = LoggerFactory.getLogger(Complaints.class);
  private static final int MOST = 5;
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanos;
  private long since;
  private long count;

  Complaints(LongSupplier nanos) {
    this.nanos = nanos;
    this.since = nanos.getAsLong();
  }

  void add(String node, String what) {
    long now = nanos.getAsLong();
    if (now - since >= PERIOD_NANOS) {
      if (count > MOST) {
        log.warn("… and {} more.", count - MOST);
      }
      since = now;
      count = 0;
    }
    if (++count <= MOST) {
      log.warn("{}: {}", node, what);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.Timestamp;
import java.util.function.LongSupplier;

/**
 * The server's time: what it said last to any of the nodes, carried on by the elapsed time that
 * they share. Confined to the event loop.
 */
final class ServerTime {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final LongSupplier nanos;
  private long toldMillis;
  private long toldAtNanos;

  ServerTime(LongSupplier nanos) {
    this.nanos = nanos;
  }

  void told(Timestamp serverTime) {
    toldMillis = millis(serverTime);
    toldAtNanos = nanos.getAsLong();
  }

  /** Returns it as milliseconds since 1970; every node was told it with its Welcome. */
  long nowMillis() {
    return toldMillis + (nanos.getAsLong() - toldAtNanos) / NANOS_PER_MILLI;
  }

  static long millis(Timestamp timestamp) {
    return timestamp.getSeconds() * 1_000 + timestamp.getNanos() / NANOS_PER_MILLI;
  }
}

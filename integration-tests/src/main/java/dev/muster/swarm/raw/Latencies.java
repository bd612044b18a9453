// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.raw;

import java.util.Arrays;

/** How long each of many round trips took. Immutable. */
final class Latencies {
  private final long[] sortedNanos;

  private Latencies(long[] sortedNanos) {
    this.sortedNanos = sortedNanos;
  }

  /** Takes them in any order; at least one. */
  static Latencies of(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Latencies(sorted);
  }

  /** Returns how long so many of 100 took at most, in µs. */
  double percentileMicros(int percent) {
    int index = (int) Math.ceil(percent / 100.0 * sortedNanos.length) - 1;
    return sortedNanos[Math.max(0, index)] / 1_000.0;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import java.util.List;

/**
 * What a bed is to be like.
 *
 * @param name for its folder
 * @param mostNodes how many nodes it will have at most
 * @param tls whether both sides speak TLS
 * @param jvmFlags flags of both servers' JVMs, before those of the command line
 */
public record BedPlan(String name, int mostNodes, boolean tls, List<String> jvmFlags) {
  public BedPlan {
    jvmFlags = List.copyOf(jvmFlags);
  }

  /** Plaintext, with the JVM's defaults. */
  public static BedPlan plain(String name, int mostNodes) {
    return new BedPlan(name, mostNodes, false, List.of());
  }

  /** The same with TLS. */
  public BedPlan withTls() {
    return new BedPlan(name, mostNodes, true, jvmFlags);
  }
}

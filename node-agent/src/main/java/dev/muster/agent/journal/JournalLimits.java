// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

/**
 * How much the journal takes on.
 *
 * @param entries most invocations at once
 * @param bytes most bytes of their files together
 * @param spentIds most ids in the spent log
 */
public record JournalLimits(int entries, long bytes, int spentIds) {
  /** What suits a small machine: 1,000 invocations, 64 MiB, a million spent ids. */
  public static final JournalLimits DEFAULT = new JournalLimits(1_000, 64L << 20, 1_000_000);
}

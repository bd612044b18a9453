// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

/**
 * A decision to be made and written by the ledger's thread. Repeatable: after a failure of the
 * batch it may run again. Blocks on nothing and calls nothing foreign; what is to happen once it is
 * durable goes to {@link LedgerTransaction#afterCommit}.
 *
 * @param <R> what it answers
 */
@FunctionalInterface
public interface LedgerEntry<R> {
  /**
   * Decides and writes. What it throws undoes what it wrote, and nothing else of the batch.
   *
   * @throws dev.muster.server.error.BusException where it refuses
   */
  R write(LedgerTransaction tx);

  /** Returns about how many rows it writes; bounds how long a batch holds the writer. */
  default int weight() {
    return 1;
  }

  /** Returns the entry with a weight. */
  static <R> LedgerEntry<R> weighing(int weight, LedgerEntry<R> entry) {
    return new LedgerEntry<>() {
      @Override
      public R write(LedgerTransaction tx) {
        return entry.write(tx);
      }

      @Override
      public int weight() {
        return weight;
      }
    };
  }
}

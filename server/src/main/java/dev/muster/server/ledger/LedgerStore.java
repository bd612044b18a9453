// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import java.util.function.Consumer;
import java.util.function.Function;

/** The store as the ledger and its readers see it. Thread-safe. */
public interface LedgerStore extends AutoCloseable {
  /**
   * Runs the body in one transaction and commits it with full durability. Called by one thread
   * only.
   *
   * @param batch number of this transaction, written with it; grows by one with each
   * @throws StoreException where the store fails; nothing was committed, unless {@link
   *     StoreException#isInDoubt}
   */
  void write(long batch, Consumer<StoreTransaction> body);

  /**
   * Returns the number of the last committed transaction of this replica; 0: none.
   *
   * @throws StoreException where the store cannot be read
   */
  long lastBatch();

  /**
   * Runs the body in a transaction that reads one state of the store and writes nothing. May be
   * called by many threads; each waits for a connection, for a bounded time.
   *
   * @throws StoreException where the store cannot be read
   */
  <R> R read(Function<StoreTransaction, R> body);

  /** Closes all connections. */
  @Override
  void close();
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import dev.muster.server.error.BusException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A decision that reads and writes in its commit. */
final class QueuedEntry<R> extends Queued<R> {
  private static final Logger log = LoggerFactory.getLogger(QueuedEntry.class);

  private final LedgerEntry<R> entry;
  private @Nullable R answer;
  private @Nullable RuntimeException refusal;

  QueuedEntry(LedgerEntry<R> entry) {
    this.entry = entry;
  }

  /** Writes it; undoes its own writes where it is refused. On the writer, perhaps again. */
  void write(GatheringTransaction tx) {
    answer = null;
    refusal = null;
    StoreTransaction.Savepoint point = tx.store().savepoint();
    GatheringTransaction.Mark mark = tx.mark();
    try {
      answer = entry.write(tx);
      tx.flush();
      tx.store().release(point);
    } catch (StoreException e) {
      throw e;
    } catch (RuntimeException e) {
      tx.store().rollbackTo(point);
      tx.undo(mark);
      refusal = e;
    }
  }

  @Override
  int weight() {
    return entry.weight();
  }

  @Override
  @SuppressWarnings("NullAway") // An entry may answer null where R is Void.
  void complete() {
    if (refusal != null) {
      if (!(refusal instanceof BusException)) {
        log.error("a ledger entry failed", refusal);
      }
      fail(refusal);
    } else {
      future().complete(answer);
    }
  }
}

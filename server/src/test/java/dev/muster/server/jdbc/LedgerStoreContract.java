// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.ledger.StoreTransaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What transactions promise. */
abstract class LedgerStoreContract extends StoreContract {
  @Test
  void lastBatch_ofNewStore_isZero() {
    assertThat(store().lastBatch()).isZero();
  }

  @Test
  void lastBatch_afterReopen_isTheLastCommitted() {
    store().write(41, tx -> {});
    store().write(42, tx -> {});

    store().reopen();

    assertThat(store().lastBatch()).isEqualTo(42);
  }

  @Test
  void write_isSeenByReaders_onceItReturns() {
    store().write(tx -> tx.nodes().insert(Samples.node(1), Map.of(), ""));

    assertThat(hasNode(1)).isTrue();
  }

  @Test
  void write_whoseBodyThrows_changesNothingAndThrowsTheSame() {
    UncheckedIOException failure = new UncheckedIOException(new IOException("of the body"));

    assertThatThrownBy(
            () ->
                store()
                    .write(
                        7,
                        tx -> {
                          insertNode(tx, 1);
                          throw failure;
                        }))
        .isSameAs(failure);

    assertThat(hasNode(1)).isFalse();
    assertThat(store().lastBatch()).isZero();
  }

  @Test
  void write_thatBreaksARuleOfTheSchema_isAFaultOfOurs() {
    store().write(tx -> insertNode(tx, 1));

    assertThatIllegalStateException().isThrownBy(() -> store().write(tx -> insertNode(tx, 1)));

    store().write(tx -> insertNode(tx, 2));
    assertThat(hasNode(2)).isTrue();
  }

  @Test
  void read_seesOneStateOfTheStore_whileOthersWrite() {
    store().write(tx -> insertNode(tx, 1));

    boolean later =
        store()
            .read(
                tx -> {
                  tx.nodes().find(Samples.nodeId(1));
                  store().write(other -> insertNode(other, 2));
                  return tx.nodes().find(Samples.nodeId(2)).isPresent();
                });

    assertThat(later).isFalse();
    assertThat(hasNode(2)).isTrue();
  }

  @Test
  void read_cannotWrite() {
    assertThatThrownBy(
        () ->
            store()
                .read(
                    tx -> {
                      insertNode(tx, 1);
                      return 0;
                    }));

    assertThat(hasNode(1)).isFalse();
  }

  @Test
  void read_whoseBodyThrows_throwsTheSame() {
    UncheckedIOException failure = new UncheckedIOException(new IOException("of the body"));

    assertThatThrownBy(
            () ->
                store()
                    .read(
                        tx -> {
                          throw failure;
                        }))
        .isSameAs(failure);
  }

  @Test
  void transaction_thatHasEnded_isWorthNothing() {
    List<StoreTransaction> kept = new ArrayList<>();
    store().write(kept::add);

    assertThatIllegalStateException().isThrownBy(() -> insertNode(kept.get(0), 1));
  }

  @Test
  void rollbackTo_undoesWhatCameAfterThePoint_only() {
    store()
        .write(
            tx -> {
              insertNode(tx, 1);
              StoreTransaction.Savepoint point = tx.savepoint();
              insertNode(tx, 2);
              tx.rollbackTo(point);
              insertNode(tx, 3);
            });

    assertThat(hasNode(1)).isTrue();
    assertThat(hasNode(2)).isFalse();
    assertThat(hasNode(3)).isTrue();
  }

  @Test
  void points_nest() {
    store()
        .write(
            tx -> {
              StoreTransaction.Savepoint outer = tx.savepoint();
              insertNode(tx, 1);
              StoreTransaction.Savepoint inner = tx.savepoint();
              insertNode(tx, 2);
              tx.rollbackTo(inner);
              StoreTransaction.Savepoint second = tx.savepoint();
              insertNode(tx, 3);
              tx.release(second);
              tx.release(outer);
            });

    assertThat(hasNode(1)).isTrue();
    assertThat(hasNode(2)).isFalse();
    assertThat(hasNode(3)).isTrue();
  }

  @Test
  void rollbackTo_outerPoint_undoesInnerOnesToo() {
    store()
        .write(
            tx -> {
              StoreTransaction.Savepoint outer = tx.savepoint();
              tx.release(tx.savepoint());
              StoreTransaction.Savepoint inner = tx.savepoint();
              insertNode(tx, 1);
              tx.rollbackTo(outer);
              assertThatThrownBy(() -> tx.release(inner))
                  .isInstanceOf(IllegalArgumentException.class);
            });

    assertThat(hasNode(1)).isFalse();
  }

  @Test
  void write_afterABrokenRule_goesOnFromASavepoint() {
    store().write(tx -> insertNode(tx, 1));

    store()
        .write(
            tx -> {
              StoreTransaction.Savepoint point = tx.savepoint();
              insertNode(tx, 2);
              assertThatIllegalStateException().isThrownBy(() -> insertNode(tx, 1));
              tx.rollbackTo(point);
              insertNode(tx, 3);
            });

    assertThat(hasNode(2)).isFalse();
    assertThat(hasNode(3)).isTrue();
  }

  @Test
  void close_twice_isHarmless() {
    TestStore other = open();
    other.store().close();

    other.close();

    assertThat(other.directory()).doesNotExist();
  }

  private boolean hasNode(int number) {
    return store().read(tx -> tx.nodes().find(Samples.nodeId(number)).isPresent());
  }

  private static void insertNode(StoreTransaction tx, int number) {
    tx.nodes().insert(Samples.node(number), Map.of(), "");
  }
}

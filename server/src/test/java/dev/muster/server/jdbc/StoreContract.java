// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.ledger.StoreTransaction;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Claims about a store, for every database. A subclass says on which. */
abstract class StoreContract {
  private @Nullable TestStore store;

  /** Opens an empty store. */
  abstract TestStore open();

  final TestStore store() {
    if (store == null) {
      throw new IllegalStateException("the store is not open");
    }
    return store;
  }

  /** Returns what a query finds. Its type helps {@code assertThat} to choose. */
  final <T> Optional<T> found(Function<StoreTransaction, Optional<T>> query) {
    return store().read(query);
  }

  /** Returns what a query lists. */
  final <T> List<T> listed(Function<StoreTransaction, List<T>> query) {
    return store().read(query);
  }

  /** Does as if very many invocations of others had been inserted before the last one. */
  final void leaveAStretchBehind() {
    store()
        .write(
            tx ->
                ((JdbcTransaction) tx)
                    .statements()
                    .run(
                        """
                        UPDATE invocation
                        SET sequence = sequence + 65536
                        WHERE sequence = (SELECT max(sequence) FROM invocation)
                        """));
  }

  @BeforeEach
  final void openStore() {
    store = open();
  }

  @AfterEach
  final void closeStore() {
    store().close();
  }
}

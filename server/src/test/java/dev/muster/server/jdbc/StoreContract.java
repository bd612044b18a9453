// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.jspecify.annotations.Nullable;

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

  @BeforeEach
  final void openStore() {
    store = open();
  }

  @AfterEach
  final void closeStore() {
    store().close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.Order;
import dev.muster.server.ledger.StoreTransaction;
import org.jspecify.annotations.Nullable;

/**
 * What executions ask of their nodes, kept in memory while they are handed over: bounded by bytes.
 * Thread-safe.
 */
public final class Orders {
  private static final long MAX_BYTES = 64L << 20;
  private static final int OVERHEAD = 512;

  private final Cache<ExecutionId, Order> orders =
      Caffeine.newBuilder()
          .maximumWeight(MAX_BYTES)
          .weigher((ExecutionId id, Order order) -> order.inputJson().length + OVERHEAD)
          .executor(Runnable::run)
          .build();

  /** Remembers one. */
  void put(Order order) {
    orders.put(order.executionId(), order);
  }

  /** Returns one, read where it is not in memory. */
  public Order of(StoreTransaction store, ExecutionId id) {
    @Nullable Order known = orders.getIfPresent(id);
    if (known != null) {
      return known;
    }
    Order read =
        store
            .executions()
            .order(id)
            .orElseThrow(() -> new IllegalStateException("no such execution: " + id));
    put(read);
    return read;
  }
}

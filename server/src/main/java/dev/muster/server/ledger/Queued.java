// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A decision that waits for its commit, and whoever waits for that. What the write leaves in it is
 * the writer's until the delivery thread has it.
 *
 * @param <R> the answer
 */
abstract sealed class Queued<R> permits QueuedChange, QueuedEntry {
  private final CompletableFuture<R> future = new CompletableFuture<>();

  /** Returns what the caller waits for. */
  final CompletableFuture<R> future() {
    return future;
  }

  /** Returns how many rows it is worth. */
  abstract int weight();

  /** Tells the caller: it is durable, or was refused. */
  abstract void complete();

  /** Tells the caller that it was not written. */
  final void fail(Throwable cause) {
    future.completeExceptionally(cause);
  }

  /** Tells the caller that nothing is written any more. */
  final void refuse() {
    fail(
        BusException.of(ErrorReason.SERVER_DRAINING)
            .message("The server is going down; try again.")
            .retryAfter(Duration.ofSeconds(1))
            .build());
  }
}

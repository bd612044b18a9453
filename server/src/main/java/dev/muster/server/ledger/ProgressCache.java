// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where executions stand, as the only writer last committed it: spares a read per batch. Used by
 * the ledger's thread only.
 */
final class ProgressCache {
  private static final int EXECUTIONS = 10_000;

  private final Cache<ExecutionId, ExecutionProgress> progress =
      Caffeine.newBuilder().maximumSize(EXECUTIONS).executor(Runnable::run).build();

  @Nullable ExecutionProgress get(ExecutionId id) {
    return progress.getIfPresent(id);
  }

  void putAll(Map<ExecutionId, ExecutionProgress> written) {
    progress.putAll(written);
  }

  /** Forgets all: after a failed batch only the store knows. */
  void clear() {
    progress.invalidateAll();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.muster.proto.agent.v1.ExecutionOrder;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.Order;
import org.jspecify.annotations.Nullable;

/**
 * The shared part of an EXECUTE, encoded once for the whole cohort. Bounded by bytes. Thread-safe.
 */
final class OrderBytes {
  private static final long MAX_BYTES = 64L << 20;

  private final Cache<ExecutionId, ByteString> encoded =
      Caffeine.newBuilder()
          .maximumWeight(MAX_BYTES)
          .weigher((ExecutionId id, ByteString bytes) -> bytes.size() + 64)
          .executor(Runnable::run)
          .build();

  ByteString of(Order order) {
    @Nullable ByteString known = encoded.getIfPresent(order.executionId());
    if (known != null) {
      return known;
    }
    ByteString bytes =
        ExecutionOrder.newBuilder()
            .setExecutionId(order.executionId().toString())
            .setAction(order.action())
            .setInputJson(UnsafeByteOperations.unsafeWrap(order.inputJson()))
            .setRunTimeout(Wire.duration(order.runTimeout()))
            .setExpireTime(Wire.timestamp(order.expireTime()))
            .setRequestedBy(Wire.requestedBy(order.requestedBy()))
            .setProjectId(order.projectId())
            .build()
            .toByteString();
    encoded.put(order.executionId(), bytes);
    return bytes;
  }
}

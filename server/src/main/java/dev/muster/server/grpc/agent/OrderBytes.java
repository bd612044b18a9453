// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.muster.proto.agent.v1.ExecutionOrder;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.Order;
import org.jspecify.annotations.Nullable;

/**
 * The shared parts of an EXECUTE and of a PREPARE, encoded once for the whole cohort. Bounded by
 * bytes. Thread-safe.
 */
final class OrderBytes {
  private static final long MAX_BYTES = 64L << 20;

  private final Cache<ExecutionId, ByteString> encoded =
      Caffeine.newBuilder()
          .maximumWeight(MAX_BYTES)
          .weigher((ExecutionId id, ByteString bytes) -> bytes.size() + 64)
          .executor(Runnable::run)
          .build();

  private final Cache<ExecutionId, Prepare> prepares =
      Caffeine.newBuilder()
          .maximumWeight(MAX_BYTES)
          .weigher((ExecutionId id, Prepare prepare) -> prepare.getSerializedSize() + 64)
          .executor(Runnable::run)
          .build();

  /** Returns a PREPARE that lacks only its invocation. */
  Prepare prepareOf(Order order) {
    @Nullable Prepare known = prepares.getIfPresent(order.executionId());
    if (known != null) {
      return known;
    }
    Prepare made =
        parsed(
            Prepare.newBuilder()
                .setAction(order.action())
                .setAnswerBefore(Wire.timestamp(order.prepare().deadline()))
                .setReserveUntil(Wire.timestamp(order.prepare().reservedUntil()))
                .setInputJson(UnsafeByteOperations.unsafeWrap(order.inputJson()))
                .setRequestedBy(Wire.requestedBy(order.requestedBy()))
                .build()
                .toByteString());
    prepares.put(order.executionId(), made);
    return made;
  }

  /** What was read from bytes keeps its texts encoded, and writes them out again as they are. */
  private static Prepare parsed(ByteString bytes) {
    try {
      return Prepare.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("what was written cannot be read", e);
    }
  }

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

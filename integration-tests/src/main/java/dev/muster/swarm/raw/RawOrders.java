// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.raw;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.ExecutionOrder;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.type.v1.RequestedBy;
import dev.muster.proto.type.v1.Surface;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Messages as Muster sends them: the order is encoded once for all, the rest for each node. */
final class RawOrders {
  /** An empty object with a string in it is no shorter. */
  static final int LEAST_INPUT_BYTES = 8;

  private static final String ACTION = "swarm.noop";
  private static final RequestedBy REQUESTED_BY =
      RequestedBy.newBuilder()
          .setOperatorId(UUID.randomUUID().toString())
          .setOperatorName("admin")
          .setSurface(Surface.SURFACE_GRPC)
          .setCorrelationId(UUID.randomUUID().toString())
          .build();

  private RawOrders() {}

  /** Returns an order whose input has so many bytes. */
  static ByteString order(int inputBytes, Instant now) {
    return ExecutionOrder.newBuilder()
        .setExecutionId(UUID.randomUUID().toString())
        .setAction(ACTION)
        .setInputJson(input(inputBytes))
        .setRunTimeout(Duration.newBuilder().setSeconds(TimeUnit.MINUTES.toSeconds(10)))
        .setExpireTime(timestamp(now.plusSeconds(TimeUnit.DAYS.toSeconds(7))))
        .setRequestedBy(REQUESTED_BY)
        .setProjectId("default")
        .build()
        .toByteString();
  }

  static ConnectResponse execute(UUID invocation, ByteString order, Timestamp startBefore) {
    return ConnectResponse.newBuilder()
        .setExecute(
            Execute.newBuilder()
                .setInvocationId(invocation.toString())
                .setOrder(order)
                .setEpoch(1)
                .setStartBefore(startBefore))
        .build();
  }

  static ConnectResponse prepare(long number, ByteString input, Instant now) {
    return ConnectResponse.newBuilder()
        .setPrepare(
            Prepare.newBuilder()
                .setRequestId(Long.toString(number))
                .setAction(ACTION)
                .setAnswerBefore(timestamp(now.plusSeconds(10)))
                .setInputJson(input)
                .setRequestedBy(REQUESTED_BY))
        .build();
  }

  /** Returns a JSON object of so many bytes. */
  static ByteString input(int bytes) {
    return ByteString.copyFromUtf8("{\"a\":\"" + "x".repeat(bytes - LEAST_INPUT_BYTES) + "\"}");
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}

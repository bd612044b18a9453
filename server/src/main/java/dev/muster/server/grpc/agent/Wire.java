// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Surface;
import dev.muster.server.execution.RequestedBy;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The small words of the wire. */
final class Wire {
  private Wire() {}

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  /** Returns the instant, or null where none was sent or none is meant: evidence may be missing. */
  static @Nullable Instant instant(boolean sent, Timestamp timestamp) {
    if (!sent || timestamp.getNanos() < 0 || timestamp.getNanos() > 999_999_999) {
      return null;
    }
    try {
      return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    } catch (DateTimeException e) {
      return null;
    }
  }

  static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  static InvocationState state(dev.muster.server.invocation.InvocationState state) {
    return InvocationState.valueOf("INVOCATION_STATE_" + state.name());
  }

  static ErrorReason reason(dev.muster.server.error.ErrorReason reason) {
    return ErrorReason.valueOf("ERROR_REASON_" + reason.name());
  }

  static dev.muster.proto.type.v1.RequestedBy requestedBy(RequestedBy by) {
    return dev.muster.proto.type.v1.RequestedBy.newBuilder()
        .setOperatorId(by.operatorId())
        .setOperatorName(by.operatorName())
        .setSurface(Surface.valueOf("SURFACE_" + by.surface().name()))
        .setCorrelationId(by.correlationId())
        .build();
  }
}

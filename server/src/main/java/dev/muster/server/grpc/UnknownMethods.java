// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.WireErrors;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers methods that a port does not have, with an error of the catalogue rather than gRPC's bare
 * one.
 */
final class UnknownMethods extends HandlerRegistry {
  private static final MethodDescriptor.Marshaller<InputStream> NOTHING =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(InputStream value) {
          return value;
        }

        @Override
        public InputStream parse(InputStream bytes) {
          return InputStream.nullInputStream();
        }
      };

  private final Supplier<UUID> ids;

  UnknownMethods(Supplier<UUID> ids) {
    this.ids = ids;
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
    MethodDescriptor<InputStream, InputStream> method =
        MethodDescriptor.newBuilder(NOTHING, NOTHING)
            .setType(MethodDescriptor.MethodType.UNKNOWN)
            .setFullMethodName(name)
            .build();
    return ServerMethodDefinition.create(
        method,
        (call, headers) -> {
          StatusRuntimeException refusal =
              WireErrors.exception(
                  ErrorReason.ERROR_REASON_SURFACE_NOT_PROVISIONED,
                  "This port has no method " + name + ".",
                  Map.of(
                      "surface", name, "correlation_id", CallMetadata.correlationId(headers, ids)));
          Metadata trailers = refusal.getTrailers();
          call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
          return new ServerCall.Listener<>() {};
        });
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.io.InputStream;

/**
 * Moves the parsing of requests behind the interceptors, so that bytes that are no message are
 * answered like any other bad request; gRPC itself would report a failure of the server. Copies
 * nothing.
 */
final class LateParsing {
  private static final MethodDescriptor.Marshaller<InputStream> AS_IT_IS =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(InputStream bytes) {
          return bytes;
        }

        @Override
        public InputStream parse(InputStream bytes) {
          return bytes;
        }
      };

  private LateParsing() {}

  static ServerServiceDefinition of(ServerServiceDefinition service) {
    return ServerInterceptors.useMarshalledMessages(service, AS_IT_IS);
  }
}

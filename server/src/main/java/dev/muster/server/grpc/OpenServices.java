// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;

/**
 * What anyone may call without a credential, on either port: health, and reflection in both
 * versions.
 */
final class OpenServices {
  private final HealthStatusManager health = new HealthStatusManager();

  static boolean contain(MethodDescriptor<?, ?> method) {
    String name = method.getFullMethodName();
    return name.startsWith("grpc.health.v1.Health/")
        || name.startsWith("grpc.reflection.v1.ServerReflection/")
        || name.startsWith("grpc.reflection.v1alpha.ServerReflection/");
  }

  @SuppressWarnings("deprecation") // v1alpha: grpcurl before 1.8.8 speaks nothing else.
  void addTo(ServerBuilder<?> builder, ServerInterceptor interceptor) {
    builder
        .addService(ServerInterceptors.intercept(health.getHealthService(), interceptor))
        .addService(
            ServerInterceptors.intercept(ProtoReflectionServiceV1.newInstance(), interceptor))
        .addService(
            ServerInterceptors.intercept(ProtoReflectionService.newInstance(), interceptor));
  }

  void drain() {
    health.enterTerminalState();
  }
}

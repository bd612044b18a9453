// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.operator.v1.AuditServiceGrpc;
import dev.muster.proto.operator.v1.ProjectServiceGrpc;
import io.grpc.BindableService;
import java.util.List;

/**
 * Services of the contract of which this server provides nothing yet. They are there for reflection
 * to show; gRPC answers each method as unimplemented, and the error mapping in front says so in the
 * words of the catalogue.
 */
public final class UnprovisionedServices {
  private UnprovisionedServices() {}

  /** Returns the services. */
  public static List<BindableService> all() {
    return List.of(
        new ProjectServiceGrpc.ProjectServiceImplBase() {},
        new AuditServiceGrpc.AuditServiceImplBase() {});
  }
}

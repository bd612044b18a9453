// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.proto.operator.v1.AccessServiceGrpc;
import dev.muster.proto.operator.v1.ActionServiceGrpc;
import dev.muster.proto.operator.v1.AuditServiceGrpc;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc;
import dev.muster.proto.operator.v1.NodeServiceGrpc;
import dev.muster.proto.operator.v1.ProjectServiceGrpc;
import dev.muster.server.access.Role;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperatorMethodTest {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          ExecutionServiceGrpc.getServiceDescriptor(),
          ActionServiceGrpc.getServiceDescriptor(),
          NodeServiceGrpc.getServiceDescriptor(),
          ProjectServiceGrpc.getServiceDescriptor(),
          AccessServiceGrpc.getServiceDescriptor(),
          AuditServiceGrpc.getServiceDescriptor());

  @Test
  void everyMethodOfTheContract_hasARow() {
    for (ServiceDescriptor service : SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        assertThat(OperatorMethod.isKnown(String.valueOf(method.getBareMethodName())))
            .as(method.getFullMethodName())
            .isTrue();
      }
    }
  }

  @Test
  void noTwoServices_haveAMethodOfOneName() {
    assertThat(SERVICES.stream().flatMap(service -> service.getMethods().stream()))
        .extracting(MethodDescriptor::getBareMethodName)
        .doesNotHaveDuplicates();
  }

  /** What a viewer may call changes nothing. */
  @Test
  void viewersOnlyRead() {
    for (ServiceDescriptor service : SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        OperatorMethod row = OperatorMethod.of(method);
        assertThat(row.mutates() && row.role() == Role.VIEWER)
            .as(method.getFullMethodName())
            .isFalse();
      }
    }
  }
}

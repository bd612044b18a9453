// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.operator.v1.AccessServiceGrpc;
import dev.muster.proto.operator.v1.Operator;
import dev.muster.proto.operator.v1.OperatorToken;
import dev.muster.proto.operator.v1.RoleBinding;
import dev.muster.proto.operator.v1.WhoAmIRequest;
import dev.muster.proto.operator.v1.WhoAmIResponse;
import dev.muster.server.grpc.CallContext;
import io.grpc.stub.StreamObserver;

/** The operators' AccessService. What is not overridden here, this server does not provide. */
public final class GrpcAccessService extends AccessServiceGrpc.AccessServiceImplBase {
  @Override
  public void whoAmI(WhoAmIRequest request, StreamObserver<WhoAmIResponse> response) {
    CallContext caller = CallContext.current();
    OperatorToken.Builder token =
        OperatorToken.newBuilder()
            .setId(caller.token().id().toString())
            .setOperatorId(caller.operator().id())
            .setName(caller.token().name());
    if (caller.token().expireTime() != null) {
      token.setExpireTime(ProtoTimes.timestamp(caller.token().expireTime()));
    }
    response.onNext(
        WhoAmIResponse.newBuilder()
            .setOperator(
                Operator.newBuilder()
                    .setId(caller.operator().id())
                    .setName(caller.operator().name())
                    .addBindings(
                        RoleBinding.newBuilder().setRole(ProtoEnums.of(caller.operator().role()))))
            .setToken(token)
            .build());
    response.onCompleted();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import static dev.muster.server.grpc.operator.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.muster.proto.operator.v1.AccessServiceGrpc;
import dev.muster.proto.operator.v1.AccessServiceProto;
import dev.muster.proto.operator.v1.ActionServiceProto;
import dev.muster.proto.operator.v1.AuditServiceProto;
import dev.muster.proto.operator.v1.CancelExecutionRequest;
import dev.muster.proto.operator.v1.CreateNodeRequest;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc;
import dev.muster.proto.operator.v1.ExecutionServiceProto;
import dev.muster.proto.operator.v1.GetNodeRequest;
import dev.muster.proto.operator.v1.ListNodesRequest;
import dev.muster.proto.operator.v1.NodeServiceGrpc;
import dev.muster.proto.operator.v1.NodeServiceProto;
import dev.muster.proto.operator.v1.ProjectServiceProto;
import dev.muster.proto.operator.v1.WhoAmIRequest;
import dev.muster.proto.operator.v1.WhoAmIResponse;
import dev.muster.server.access.Role;
import dev.muster.server.catalog.Danger;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.node.TestBus;
import dev.muster.wire.OperatorToken;
import dev.muster.wire.Secret;
import dev.muster.wire.WireErrors;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class OperatorSurfaceTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final List<FileDescriptor> FILES =
      List.of(
          ExecutionServiceProto.getDescriptor(),
          ActionServiceProto.getDescriptor(),
          NodeServiceProto.getDescriptor(),
          ProjectServiceProto.getDescriptor(),
          AccessServiceProto.getDescriptor(),
          AuditServiceProto.getDescriptor());

  @RegisterExtension final OperatorBus operators = new OperatorBus();

  @Test
  void whoAmI_tellsOperatorRoleAndToken() {
    String token = operators.token(Role.APPROVER, TestBus.START.plus(Duration.ofDays(1)));

    WhoAmIResponse me = whoAmI(operators.with(token));

    assertThat(me.getOperator().getBindings(0).getRole())
        .isEqualTo(dev.muster.proto.operator.v1.Role.ROLE_APPROVER);
    assertThat(me.getToken().getName()).isEqualTo("laptop");
    assertThat(me.getToken().getOperatorId()).isEqualTo(me.getOperator().getId());
    assertThat(me.getToken().getExpireTime().getSeconds())
        .isEqualTo(TestBus.START.plus(Duration.ofDays(1)).getEpochSecond());
  }

  @Test
  void badCredentials_areToldApart() {
    String token = operators.token(Role.ADMIN, null);
    OperatorToken unknown =
        new OperatorToken(TestBus.IDS.get(), Secret.random(operators.bus.random));

    assertRefused("CREDENTIAL_MISSING", () -> whoAmI(operators.anonymous()));
    assertRefused(
        "CREDENTIAL_MALFORMED",
        () -> whoAmI(operators.withHeader(AUTHORIZATION, "Basic " + token)));
    assertRefused("CREDENTIAL_MALFORMED", () -> whoAmI(operators.withHeader(AUTHORIZATION, token)));
    assertRefused(
        "CREDENTIAL_MALFORMED",
        () -> whoAmI(operators.with(token.substring(0, token.length() - 1))));
    assertRefused("TOKEN_INVALID", () -> whoAmI(operators.with(unknown.format())));
  }

  @Test
  void wrongSecretOfAKnownToken_isInvalid_thoughTheTokenIsRemembered() throws Exception {
    String token = operators.token(Role.ADMIN, null);
    assertThat(whoAmI(operators.with(token)).hasOperator()).isTrue();
    OperatorToken forged =
        new OperatorToken(OperatorToken.parse(token).id(), Secret.random(operators.bus.random));

    assertRefused("TOKEN_INVALID", () -> whoAmI(operators.with(forged.format())));
  }

  @Test
  void expiredToken_isRefused_fromItsEndOn() {
    String token = operators.token(Role.ADMIN, TestBus.START.plusSeconds(60));
    operators.bus.setTime(TestBus.START.plusSeconds(59));
    assertThat(whoAmI(operators.with(token)).hasOperator()).isTrue();

    operators.bus.setTime(TestBus.START.plusSeconds(60));

    assertRefused("TOKEN_EXPIRED", () -> whoAmI(operators.with(token)));
  }

  @Test
  void refusal_neverQuotesTheCredential() {
    String token = operators.token(Role.ADMIN, null);
    String cut = token.substring(0, 70);

    StatusRuntimeException failure =
        assertRefused("CREDENTIAL_MALFORMED", () -> whoAmI(operators.with(cut)));

    assertThat(failure.toString() + failure.getTrailers()).doesNotContain(cut.substring(10, 60));
  }

  @Test
  void roles_includeEachOther_butNoMore() {
    var viewer = operators.as(Role.VIEWER);
    var operator = operators.as(Role.OPERATOR);
    var unused = operators.node("web", Map.of());

    assertThat(
            NodeServiceGrpc.newBlockingStub(viewer)
                .getNode(GetNodeRequest.newBuilder().setNodeId("web").build())
                .hasNode())
        .isTrue();
    StatusRuntimeException failure =
        assertRefused(
            "ROLE_REQUIRED",
            () ->
                ExecutionServiceGrpc.newBlockingStub(viewer)
                    .dispatchExecution(DispatchExecutionRequest.getDefaultInstance()));
    assertThat(WireErrors.metadataOf(failure))
        .containsEntry("role_required", "operator")
        .containsEntry("role", "viewer");
    assertRefused(
        "ROLE_REQUIRED",
        () ->
            NodeServiceGrpc.newBlockingStub(operator)
                .createNode(CreateNodeRequest.newBuilder().setName("db").build()));
  }

  @Test
  void unauthorized_learnsOfNothing() {
    Channel viewer = operators.as(Role.VIEWER);

    assertRefused(
        "ROLE_REQUIRED",
        () ->
            ExecutionServiceGrpc.newBlockingStub(viewer)
                .dispatchExecution(
                    DispatchExecutionRequest.newBuilder().setProjectId("other").build()));
  }

  @Test
  void denialsAndRefusedChanges_areAudited_failedReadsAreNot() {
    var unused = operators.node("web", Map.of(), OperatorBus.action("wipe", Danger.CRITICAL));
    Channel viewer = operators.as(Role.VIEWER);
    Channel operator = operators.as(Role.OPERATOR);

    assertRefused(
        "ROLE_REQUIRED",
        () ->
            ExecutionServiceGrpc.newBlockingStub(viewer)
                .cancelExecution(CancelExecutionRequest.getDefaultInstance()));
    assertRefused(
        "CONFIRMATION_REQUIRED",
        () ->
            ExecutionServiceGrpc.newBlockingStub(operator)
                .dispatchExecution(
                    DispatchExecutionRequest.newBuilder()
                        .addNodeIds("web")
                        .setAction("wipe")
                        .build()));
    assertRefused(
        "NODE_NOT_FOUND",
        () ->
            NodeServiceGrpc.newBlockingStub(viewer)
                .getNode(GetNodeRequest.newBuilder().setNodeId("nobody").build()));
    assertRefused("CREDENTIAL_MISSING", () -> whoAmI(operators.anonymous()));

    assertThat(operators.bus.auditedVerbs())
        .filteredOn(verb -> verb.contains(":"))
        .containsExactly(
            "execution.cancel:ROLE_REQUIRED", "execution.dispatch:CONFIRMATION_REQUIRED");
  }

  @Test
  void audit_tellsWhoWasRefusedAndUnderWhichCorrelationId() {
    Channel viewer =
        OperatorBus.withHeader(
            operators.as(Role.VIEWER),
            Metadata.Key.of("muster-correlation-id", Metadata.ASCII_STRING_MARSHALLER),
            "ticket-7");

    StatusRuntimeException failure =
        assertRefused(
            "ROLE_REQUIRED",
            () ->
                NodeServiceGrpc.newBlockingStub(viewer)
                    .createNode(CreateNodeRequest.getDefaultInstance()));

    assertThat(WireErrors.metadataOf(failure)).containsEntry("correlation_id", "ticket-7");
    List<@Nullable RequestedBy> audited =
        operators.bus.store.read(
            tx -> {
              List<@Nullable RequestedBy> by = new ArrayList<>();
              tx.audit().after(0, 10).forEach(row -> by.add(row.record().requestedBy()));
              return by;
            });
    assertThat(audited)
        .singleElement()
        .satisfies(
            by -> {
              assertThat(by).isNotNull();
              assertThat(by.correlationId()).isEqualTo("ticket-7");
              assertThat(by.operatorName()).startsWith("op-");
            });
  }

  @Test
  void unfitCorrelationId_isReplaced() {
    Channel channel =
        operators.withHeader(
            Metadata.Key.of("muster-correlation-id", Metadata.ASCII_STRING_MARSHALLER),
            "a b\" onload=");

    StatusRuntimeException failure = assertRefused("CREDENTIAL_MISSING", () -> whoAmI(channel));

    assertThat(WireErrors.metadataOf(failure).get("correlation_id")).matches("[0-9a-f-]{36}");
  }

  /**
   * Every method of the contract is there: it does something, or says in the words of the catalogue
   * that this server does not.
   */
  @Test
  void everyMethodOfTheContract_isProvidedOrSaysThatItIsNot() {
    Channel admin = operators.as(Role.ADMIN);
    Set<String> unprovisioned = new TreeSet<>();
    for (MethodDescriptor method : methods()) {
      try {
        call(admin, method);
      } catch (StatusRuntimeException e) {
        String reason =
            WireErrors.reasonOf(e)
                .map(WireErrors::nameOf)
                .orElseThrow(() -> new AssertionError(method.getName() + ": " + e, e));
        assertThat(reason).as(method.getName()).isNotEqualTo("INCIDENT");
        if (reason.equals("SURFACE_NOT_PROVISIONED")) {
          assertThat(WireErrors.metadataOf(e)).containsEntry("surface", method.getName());
          unprovisioned.add(method.getName());
        }
      }
    }

    assertThat(unprovisioned)
        .containsExactlyInAnyOrder(
            "ExplainDispatch",
            "WatchExecutions",
            "ApproveExecution",
            "DenyExecution",
            "ActOnExecutions",
            "DisableNode",
            "EnableNode",
            "DeleteNode",
            "RotateNodeKey",
            "WatchNodes",
            "CreateProject",
            "GetProject",
            "ListProjects",
            "CreateDomain",
            "ListDomains",
            "UpdateDomain",
            "CreateOperator",
            "ListOperators",
            "DeleteOperator",
            "CreateOperatorToken",
            "RevokeOperatorToken",
            "BindRole",
            "UnbindRole",
            "PutPolicy",
            "ListPolicies",
            "DeletePolicy",
            "ListAuditEvents",
            "ExportAuditEvents",
            "VerifyAuditLog");
  }

  @Test
  void everyMethodOfTheContract_asksForACredentialFirst() {
    for (MethodDescriptor method : methods()) {
      assertRefused("CREDENTIAL_MISSING", () -> call(operators.anonymous(), method));
    }
  }

  @Test
  void unknownMethod_isToldInTheWordsOfTheCatalogue() {
    io.grpc.MethodDescriptor<WhoAmIRequest, WhoAmIResponse> method =
        AccessServiceGrpc.getWhoAmIMethod().toBuilder()
            .setFullMethodName("muster.operator.v1.AccessService/WhoAreYou")
            .build();

    StatusRuntimeException failure =
        assertRefused(
            "SURFACE_NOT_PROVISIONED",
            () ->
                ClientCalls.blockingUnaryCall(
                    operators.anonymous(),
                    method,
                    CallOptions.DEFAULT,
                    WhoAmIRequest.getDefaultInstance()));

    assertThat(WireErrors.metadataOf(failure))
        .containsEntry("surface", "muster.operator.v1.AccessService/WhoAreYou");
  }

  @Test
  void health_isOpen() {
    assertThat(
            HealthGrpc.newBlockingStub(operators.anonymous())
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
    assertThatThrownBy(
            () ->
                HealthGrpc.newBlockingStub(operators.anonymous())
                    .check(HealthCheckRequest.newBuilder().setService("nobody").build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
  }

  @Test
  void reflection_isOpen_andShowsEveryServiceAndItsFile() throws Exception {
    ServerReflectionResponse answer =
        reflect(ServerReflectionRequest.newBuilder().setListServices("").build());

    assertThat(answer.getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .contains(
            FILES.stream()
                .flatMap(file -> file.getServices().stream())
                .map(ServiceDescriptor::getFullName)
                .toArray(String[]::new))
        .contains("grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection")
        .doesNotContain("muster.agent.v1.AgentService");
    assertThat(
            reflect(
                    ServerReflectionRequest.newBuilder()
                        .setFileContainingSymbol("muster.operator.v1.AuditService.VerifyAuditLog")
                        .build())
                .getFileDescriptorResponse()
                .getFileDescriptorProtoCount())
        .isPositive();
  }

  @Test
  void olderReflection_isThereToo() throws Exception {
    CompletableFuture<Integer> services = new CompletableFuture<>();
    var out =
        io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(operators.anonymous())
            .serverReflectionInfo(
                first(services, answer -> answer.getListServicesResponse().getServiceCount()));
    out.onNext(
        io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
            .setListServices("")
            .build());

    assertThat(services.get(10, TimeUnit.SECONDS)).isEqualTo(FILES.size() + 3);
    out.onCompleted();
  }

  @Test
  void deniedRead_writesNothingButItsRecord() {
    Channel operator = operators.as(Role.OPERATOR);

    assertRefused(
        "ROLE_REQUIRED",
        () ->
            NodeServiceGrpc.newBlockingStub(operator)
                .createNode(CreateNodeRequest.newBuilder().setName("x").build()));

    assertThat(
            NodeServiceGrpc.newBlockingStub(operator)
                .listNodes(ListNodesRequest.getDefaultInstance())
                .getNodesCount())
        .isZero();
  }

  private ServerReflectionResponse reflect(ServerReflectionRequest request) throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> out =
        ServerReflectionGrpc.newStub(operators.anonymous())
            .serverReflectionInfo(first(answer, response -> response));
    out.onNext(request);
    ServerReflectionResponse response = answer.get(10, TimeUnit.SECONDS);
    out.onCompleted();
    return response;
  }

  private static <T, R> StreamObserver<T> first(
      CompletableFuture<R> future, java.util.function.Function<T, R> map) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {
        future.complete(map.apply(value));
      }

      @Override
      public void onError(Throwable t) {
        future.completeExceptionally(t);
      }

      @Override
      public void onCompleted() {}
    };
  }

  private static WhoAmIResponse whoAmI(Channel channel) {
    return AccessServiceGrpc.newBlockingStub(channel).whoAmI(WhoAmIRequest.getDefaultInstance());
  }

  private static List<MethodDescriptor> methods() {
    List<MethodDescriptor> methods = new ArrayList<>();
    FILES.forEach(
        file -> file.getServices().forEach(service -> methods.addAll(service.getMethods())));
    return methods;
  }

  /** Calls a method with an empty request and reads all that it answers. */
  private static void call(Channel channel, MethodDescriptor method) {
    io.grpc.MethodDescriptor<DynamicMessage, DynamicMessage> grpc =
        io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
            .setType(
                method.isServerStreaming()
                    ? io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING
                    : io.grpc.MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method.getService().getFullName() + "/" + method.getName())
            .setRequestMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
            .setResponseMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getOutputType())))
            .build();
    Iterator<DynamicMessage> answers =
        ClientCalls.blockingServerStreamingCall(
            channel,
            grpc,
            CallOptions.DEFAULT,
            DynamicMessage.getDefaultInstance(method.getInputType()));
    while (answers.hasNext()) {
      assertThat(answers.next()).isNotNull();
    }
  }
}

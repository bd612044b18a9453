// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import static dev.muster.server.grpc.operator.Refusals.assertFieldRefused;
import static dev.muster.server.grpc.operator.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.muster.proto.operator.v1.CancelExecutionRequest;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc.ExecutionServiceBlockingStub;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.GetExecutionRequest;
import dev.muster.proto.operator.v1.GetInvocationRequest;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.IneligiblePolicy;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ListExecutionsRequest;
import dev.muster.proto.operator.v1.ListExecutionsResponse;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.ListInvocationsResponse;
import dev.muster.proto.operator.v1.OfflinePolicy;
import dev.muster.proto.operator.v1.PrepareMode;
import dev.muster.proto.operator.v1.PreparePolicy;
import dev.muster.proto.operator.v1.Rollout;
import dev.muster.proto.operator.v1.View;
import dev.muster.proto.operator.v1.WatchDetail;
import dev.muster.proto.operator.v1.WatchExecutionRequest;
import dev.muster.proto.operator.v1.WatchExecutionResponse;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Surface;
import dev.muster.server.access.Role;
import dev.muster.server.catalog.Danger;
import dev.muster.wire.WireErrors;
import io.grpc.Channel;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
@SuppressWarnings("NullAway.Init") // Set before each test.
class GrpcExecutionServiceTest {
  private static final String NOBODY = "0193f6c2-0000-7000-8000-000000000000";

  @RegisterExtension final OperatorBus operators = new OperatorBus();

  private Channel channel;
  private ExecutionServiceBlockingStub operator;

  @BeforeEach
  void connect() {
    channel = operators.as(Role.OPERATOR);
    operator = ExecutionServiceGrpc.newBlockingStub(channel);
  }

  @Test
  void dispatch_isDurableAndShown() {
    var web = node("web");

    Execution execution =
        dispatch(
            request ->
                request
                    .addNodeIds("web")
                    .setInputJson("{\"n\": 9007199254740993, \"password\": \"hush\"}")
                    .setReason("because"));

    assertThat(execution.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_RUNNING);
    assertThat(execution.getCounts().getPending()).isEqualTo(1);
    assertThat(execution.getInputJson()).isEmpty();
    assertThat(execution.getCreatedBy().getSurface()).isEqualTo(Surface.SURFACE_GRPC);
    Execution full = get(execution.getId(), View.VIEW_UNSPECIFIED);
    assertThat(full.getInputJson()).contains("9007199254740993").doesNotContain("hush");
    assertThat(full.getReason()).isEqualTo("because");
    assertThat(get(execution.getId(), View.VIEW_BASIC).getInputJson()).isEmpty();
    Invocation invocation = invocations(execution.getId()).getInvocations(0);
    assertThat(invocation.getNodeId()).isEqualTo(web.id().toString());
    assertThat(invocation.getNodeName()).isEqualTo("web");
    assertThat(invocation.getAction()).isEqualTo("restart");
    assertThat(invocation.getState()).isEqualTo(InvocationState.INVOCATION_STATE_PENDING);
  }

  @Test
  void structInput_isAsGoodAsText_whereItIsExact() {
    var unused = node("web");

    Execution execution = dispatch(request -> request.addNodeIds("web").setInput(struct("n", 3)));

    assertThat(get(execution.getId(), View.VIEW_FULL).getInputJson()).isEqualTo("{\"n\":3}");
    var failure =
        assertFieldRefused(
            "INPUT_INVALID",
            "/n",
            () -> dispatch(request -> request.addNodeIds("web").setInput(struct("n", 0x1p53))));
    assertThat(failure).hasMessageContaining("input_json");
  }

  @Test
  void surfaceAndCorrelationId_areTheCallers() {
    var unused = node("web");
    Channel cli =
        OperatorBus.withHeader(
            OperatorBus.withHeader(
                channel,
                Metadata.Key.of("muster-surface", Metadata.ASCII_STRING_MARSHALLER),
                "CLI"),
            Metadata.Key.of("muster-correlation-id", Metadata.ASCII_STRING_MARSHALLER),
            "ticket-42");

    Execution execution =
        ExecutionServiceGrpc.newBlockingStub(cli)
            .dispatchExecution(request().addNodeIds("web").build())
            .getExecution();

    assertThat(execution.getCreatedBy().getSurface()).isEqualTo(Surface.SURFACE_CLI);
    assertThat(execution.getCreatedBy().getCorrelationId()).isEqualTo("ticket-42");
  }

  @Test
  void refusedDispatches_tellWhy_andLeaveNothingBehind() {
    var unused = node("web");
    var bare = operators.node("bare", Map.of("role", "bare"));

    assertRefused("TARGET_INVALID", () -> dispatch(request -> request));
    assertRefused(
        "TARGET_INVALID", () -> dispatch(request -> request.addNodeIds("web").setSelector("a")));
    assertRefused(
        "TARGET_INVALID", () -> dispatch(request -> request.addNodeIds("web").addNodeIds("web")));
    assertRefused(
        "TARGET_INVALID",
        () -> dispatch(request -> request.addNodeIds("bare").addNodeIds(bare.id().toString())));
    assertRefused("COHORT_EMPTY", () -> dispatch(request -> request.setSelector("nobody")));
    assertRefused("NODE_NOT_FOUND", () -> dispatch(request -> request.addNodeIds("nobody")));
    assertThat(
            WireErrors.metadataOf(
                assertRefused(
                    "MALFORMED_SELECTOR", () -> dispatch(request -> request.setSelector("a b")))))
        .containsEntry("offset", "2");
    assertRefused(
        "ACTION_NOT_DECLARED",
        () -> dispatch(request -> request.addNodeIds("web").addNodeIds("bare")));
    assertRefused(
        "CONFIRMATION_REQUIRED",
        () -> dispatch(request -> request.addNodeIds("web").setAction("wipe")));
    assertFieldRefused(
        "INPUT_INVALID",
        "/n",
        () -> dispatch(request -> request.addNodeIds("web").setInputJson("{\"n\":\"x\"}")));
    assertRefused(
        "INPUT_INVALID",
        () -> dispatch(request -> request.addNodeIds("web").setInputJson("{\"n\":1,\"n\":2}")));
    assertFieldRefused(
        "FIELD_INVALID",
        "action",
        () -> dispatch(request -> request.addNodeIds("web").setAction("")));
    assertFieldRefused(
        "FIELD_INVALID",
        "input",
        () ->
            dispatch(
                request -> request.addNodeIds("web").setInputJson("{}").setInput(struct("n", 1))));
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "run_timeout",
        () -> dispatch(request -> request.addNodeIds("web").setRunTimeout(seconds(0))));
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "start_within",
        () -> dispatch(request -> request.addNodeIds("web").setStartWithin(seconds(-1))));
    assertFieldRefused(
        "FIELD_INVALID",
        "expire_time",
        () ->
            dispatch(
                request ->
                    request
                        .addNodeIds("web")
                        .setExpireTime(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE))));
    assertFieldRefused(
        "FIELD_INVALID",
        "offline",
        () -> dispatch(request -> request.addNodeIds("web").setOfflineValue(77)));
    assertRefused(
        "COHORT_EMPTY",
        () ->
            dispatch(
                request ->
                    request.addNodeIds("web").setOffline(OfflinePolicy.OFFLINE_POLICY_SKIP)));
    assertRefused(
        "PREPARE_STALE",
        () -> dispatch(request -> request.addNodeIds("web").setPrepareToken("nonsense")));
    assertFieldRefused(
        "LIMIT_OUT_OF_RANGE",
        "node_ids",
        () -> {
          List<String> many = new ArrayList<>();
          for (int i = 0; i <= 10_000; i++) {
            many.add("n" + i);
          }
          dispatch(request -> request.addAllNodeIds(many));
        });

    assertThat(list(ListExecutionsRequest.getDefaultInstance()).getExecutionsCount()).isZero();
  }

  @Test
  void fieldsWithoutBehaviour_areRefusedNotIgnored() {
    var unused = node("web");

    assertNotProvisioned("fact_selector", request -> request.setFactSelector("os=linux"));
    assertNotProvisioned(
        "schedule_time", request -> request.setScheduleTime(Timestamp.getDefaultInstance()));
    assertNotProvisioned("approvals_required", request -> request.setApprovalsRequired(1));
  }

  @Test
  void preparePolicy_isKept_andItsDefaultsAreFilledIn() {
    var unused = node("web");
    var barrier = PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_BARRIER);
    var each = PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_EACH);

    Execution waits = dispatch(request -> request.addNodeIds("web").setPrepare(barrier));
    Execution goes = dispatch(request -> request.addNodeIds("web").setPrepare(each));

    assertThat(waits.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_PREPARING);
    assertThat(waits.getPrepare())
        .isEqualTo(
            barrier
                .setQuorumPercent(100)
                .setPrepareWithin(Duration.newBuilder().setSeconds(60))
                .build());
    assertThat(goes.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_RUNNING);
    assertThat(goes.getPrepare())
        .isEqualTo(each.setPrepareWithin(Duration.newBuilder().setSeconds(60)).build());
  }

  @Test
  void preparePolicyThatSaysTooMuch_isRefused() {
    var unused = node("web");
    var barrier = PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_BARRIER);

    assertPrepareRefused(
        "FIELD_INVALID", "prepare.quorum_count", PreparePolicy.newBuilder().setQuorumCount(1));
    assertPrepareRefused(
        "FIELD_INVALID",
        "prepare.quorum_count",
        PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_EACH).setQuorumPercent(50));
    assertPrepareRefused(
        "FIELD_INVALID",
        "prepare.prepare_within",
        PreparePolicy.newBuilder().setPrepareWithin(Duration.newBuilder().setSeconds(5)));
    assertPrepareRefused(
        "FIELD_INVALID",
        "prepare.quorum_percent",
        barrier.clone().setQuorumCount(1).setQuorumPercent(50));
    assertPrepareRefused(
        "LIMIT_OUT_OF_RANGE", "prepare.quorum_percent", barrier.clone().setQuorumPercent(101));
    assertPrepareRefused(
        "LIMIT_OUT_OF_RANGE", "prepare.quorum_count", barrier.clone().setQuorumCount(2));
    assertPrepareRefused(
        "LIMIT_OUT_OF_RANGE",
        "prepare.prepare_within",
        barrier.clone().setPrepareWithin(Duration.newBuilder().setNanos(1)));
    assertPrepareRefused(
        "FIELD_INVALID", "prepare.mode", PreparePolicy.newBuilder().setModeValue(77));
  }

  private void assertPrepareRefused(String reason, String field, PreparePolicy.Builder policy) {
    assertFieldRefused(
        reason, field, () -> dispatch(request -> request.addNodeIds("web").setPrepare(policy)));
  }

  @Test
  void defaultsSaidAloud_arePlainDefaults() {
    var unused = node("web");

    Execution execution =
        dispatch(
            request ->
                request
                    .addNodeIds("web")
                    .setPrepare(PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_NONE))
                    .setRollout(Rollout.getDefaultInstance())
                    .setIneligible(IneligiblePolicy.INELIGIBLE_POLICY_FAIL)
                    .setOffline(OfflinePolicy.OFFLINE_POLICY_QUEUE));

    assertThat(execution.getCohortSize()).isEqualTo(1);
  }

  @Test
  void sameRequestIdTwice_isOneExecution() {
    var unused = node("web");
    DispatchExecutionRequest request = request().addNodeIds("web").setRequestId("r-1").build();

    Execution first = operator.dispatchExecution(request).getExecution();
    Execution again = operator.dispatchExecution(request).getExecution();

    assertThat(again.getId()).isEqualTo(first.getId());
    assertThat(list(ListExecutionsRequest.getDefaultInstance()).getExecutionsCount()).isEqualTo(1);
    assertRefused(
        "REQUEST_ID_REUSED",
        () -> operator.dispatchExecution(request.toBuilder().setReason("other").build()));
  }

  @Test
  void executions_arePagedNewestFirst_andNarrowed() {
    var web = node("web");
    var db = node("db");
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      String target = i % 3 == 0 ? "db" : "web";
      made.add(0, dispatch(request -> request.addNodeIds(target)).getId());
    }

    List<String> walked = new ArrayList<>();
    ListExecutionsRequest request = ListExecutionsRequest.newBuilder().setPageSize(4).build();
    String token;
    do {
      ListExecutionsResponse page = list(request);
      page.getExecutionsList().forEach(execution -> walked.add(execution.getId()));
      token = page.getNextPageToken();
      request = request.toBuilder().setPageToken(token).build();
    } while (!token.isEmpty());

    assertThat(walked).isEqualTo(made);
    assertThat(count(narrowed -> narrowed.setNodeId("db"))).isEqualTo(3);
    assertThat(count(narrowed -> narrowed.setNodeId(web.id().toString()))).isEqualTo(6);
    assertThat(count(narrowed -> narrowed.setAction("wipe"))).isZero();
    assertThat(count(narrowed -> narrowed.addStates(ExecutionState.EXECUTION_STATE_RUNNING)))
        .isEqualTo(9);
    assertThat(count(narrowed -> narrowed.addStates(ExecutionState.EXECUTION_STATE_FAILED)))
        .isZero();
    assertThat(count(narrowed -> narrowed.setOperatorId("somebody"))).isZero();
    assertRefused("NODE_NOT_FOUND", () -> count(narrowed -> narrowed.setNodeId("nobody")));
    assertFieldRefused(
        "FIELD_INVALID", "states", () -> count(narrowed -> narrowed.addStatesValue(99)));
    assertThat(db.name().value()).isEqualTo("db");
  }

  @Test
  void fullPagesOfLargeInputs_endEarlyAndLoseNothing() {
    var unused = node("web");
    String large = "{\"password\":\"" + "x".repeat(200 << 10) + "\"}";
    String visible = "{\"n\":1" + " ".repeat(250 << 10) + "}";
    for (int i = 0; i < 12; i++) {
      var made = dispatch(request -> request.addNodeIds("web").setInputJson(visible));
      assertThat(made.getInputBytes()).isEqualTo(visible.length());
    }
    var hidden = dispatch(request -> request.addNodeIds("web").setInputJson(large));

    ListExecutionsRequest request =
        ListExecutionsRequest.newBuilder().setPageSize(200).setView(View.VIEW_FULL).build();
    List<String> walked = new ArrayList<>();
    String token;
    int pages = 0;
    do {
      ListExecutionsResponse page = list(request);
      assertThat(page.getSerializedSize()).isLessThan(4 << 20);
      page.getExecutionsList().forEach(execution -> walked.add(execution.getId()));
      token = page.getNextPageToken();
      request = request.toBuilder().setPageToken(token).build();
      pages++;
    } while (!token.isEmpty());

    assertThat(walked).hasSize(13).doesNotHaveDuplicates().contains(hidden.getId());
    assertThat(pages).isGreaterThan(1);
  }

  @Test
  void invocations_arePagedByCohortOrNode() {
    for (int i = 0; i < 7; i++) {
      var unused = node("n" + i);
    }
    String first = dispatch(request -> request.setSelector("fleet=a")).getId();
    String second = dispatch(request -> request.setSelector("fleet=a")).getId();

    assertThat(walk(ListInvocationsRequest.newBuilder().setExecutionId(first)))
        .extracting(Invocation::getNodeName)
        .containsExactly("n0", "n1", "n2", "n3", "n4", "n5", "n6");
    assertThat(walk(ListInvocationsRequest.newBuilder().setNodeId("n3")))
        .extracting(Invocation::getExecutionId)
        .containsExactly(second, first);
    assertThat(
            walk(
                ListInvocationsRequest.newBuilder()
                    .setExecutionId(first)
                    .addStates(InvocationState.INVOCATION_STATE_SUCCEEDED)))
        .isEmpty();
  }

  @Test
  void badListOfInvocations_isRefused() {
    assertRefused("TARGET_INVALID", () -> walk(ListInvocationsRequest.newBuilder()));
    assertRefused(
        "TARGET_INVALID",
        () -> walk(ListInvocationsRequest.newBuilder().setNodeId("a").setExecutionId(NOBODY)));
    assertRefused(
        "EXECUTION_NOT_FOUND",
        () -> walk(ListInvocationsRequest.newBuilder().setExecutionId(NOBODY)));
    assertRefused(
        "NODE_NOT_FOUND", () -> walk(ListInvocationsRequest.newBuilder().setNodeId("nobody")));
    assertFieldRefused(
        "FIELD_INVALID",
        "execution_id",
        () -> walk(ListInvocationsRequest.newBuilder().setExecutionId("x")));
    assertFieldRefused(
        "FIELD_INVALID",
        "view",
        () -> walk(ListInvocationsRequest.newBuilder().setExecutionId(NOBODY).setViewValue(9)));
  }

  @Test
  void cancelledExecution_tellsItsHistory_andCannotBeCancelledAgain() {
    var unused = node("web");
    String id = dispatch(request -> request.addNodeIds("web")).getId();

    Execution cancelled =
        operator
            .cancelExecution(
                CancelExecutionRequest.newBuilder().setExecutionId(id).setReason("mistake").build())
            .getExecution();

    assertThat(cancelled.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_CANCELLED);
    assertThat(cancelled.getCancelReason()).isEqualTo("mistake");
    assertThat(cancelled.hasCancelTime()).isTrue();
    GetInvocationResponse invocation =
        operator.getInvocation(
            GetInvocationRequest.newBuilder()
                .setInvocationId(invocations(id).getInvocations(0).getId())
                .build());
    assertThat(invocation.getInvocation().getState())
        .isEqualTo(InvocationState.INVOCATION_STATE_CANCELLED);
    assertThat(invocation.getInvocation().getStarted()).isFalse();
    assertThat(invocation.getHistoryList())
        .extracting(transition -> transition.getToState())
        .containsExactly(
            InvocationState.INVOCATION_STATE_PENDING, InvocationState.INVOCATION_STATE_CANCELLED);
    assertThat(invocation.getHistory(1).getDriver()).isEqualTo("operator");
    assertRefused(
        "EXECUTION_ALREADY_TERMINAL",
        () ->
            operator.cancelExecution(
                CancelExecutionRequest.newBuilder().setExecutionId(id).build()));
  }

  @Test
  void unknownIds_areNotFound_andGarbledOnesAreInvalid() {
    assertRefused("EXECUTION_NOT_FOUND", () -> get(NOBODY, View.VIEW_BASIC));
    assertRefused(
        "INVOCATION_NOT_FOUND",
        () ->
            operator.getInvocation(
                GetInvocationRequest.newBuilder().setInvocationId(NOBODY).build()));
    assertRefused(
        "EXECUTION_NOT_FOUND",
        () ->
            operator.cancelExecution(
                CancelExecutionRequest.newBuilder().setExecutionId(NOBODY).build()));
    for (String id : List.of("", "x", "1-1-1-1-1", NOBODY + " ")) {
      assertFieldRefused("FIELD_INVALID", "execution_id", () -> get(id, View.VIEW_BASIC));
    }
  }

  @Test
  void watch_beginsWithASnapshot_followsTheCancel_andEnds() {
    var unused = node("web");
    String id = dispatch(request -> request.addNodeIds("web")).getId();
    Iterator<WatchExecutionResponse> watch =
        operator.watchExecution(WatchExecutionRequest.newBuilder().setExecutionId(id).build());

    WatchExecutionResponse snapshot = watch.next();
    assertThat(snapshot.getSnapshot().getInvocationsList())
        .extracting(Invocation::getAction)
        .containsExactly("restart");
    assertThat(snapshot.getSnapshot().getContinues()).isFalse();
    var cancelled =
        operator.cancelExecution(CancelExecutionRequest.newBuilder().setExecutionId(id).build());

    List<WatchExecutionResponse> rest = new ArrayList<>();
    watch.forEachRemaining(rest::add);
    assertThat(rest)
        .filteredOn(WatchExecutionResponse::hasInvocation)
        .extracting(event -> event.getInvocation().getState())
        .containsExactly(InvocationState.INVOCATION_STATE_CANCELLED);
    assertThat(rest.get(rest.size() - 1).getExecution().getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_CANCELLED);
    assertThat(cancelled.hasExecution()).isTrue();
  }

  @Test
  void watchFromACursor_bringsWhatChangedSince() {
    var unused = node("web");
    String id = dispatch(request -> request.addNodeIds("web")).getId();
    Iterator<WatchExecutionResponse> first =
        operator.watchExecution(WatchExecutionRequest.newBuilder().setExecutionId(id).build());
    String cursor = first.next().getCursor();
    var cancelled =
        operator.cancelExecution(CancelExecutionRequest.newBuilder().setExecutionId(id).build());

    List<WatchExecutionResponse> resumed = new ArrayList<>();
    operator
        .watchExecution(
            WatchExecutionRequest.newBuilder().setExecutionId(id).setCursor(cursor).build())
        .forEachRemaining(resumed::add);

    assertThat(resumed).noneMatch(WatchExecutionResponse::hasSnapshot);
    assertThat(resumed)
        .filteredOn(WatchExecutionResponse::hasInvocation)
        .extracting(event -> event.getInvocation().getAction())
        .containsExactly("restart");
    assertThat(cancelled.hasExecution()).isTrue();
  }

  @Test
  void watchOfTheExecutionAlone_bringsNoInvocations_andTheEndAtOnce() {
    var unused = node("web");
    String id = dispatch(request -> request.addNodeIds("web")).getId();
    Iterator<WatchExecutionResponse> watch = operator.watchExecution(countsOf(id, ""));

    WatchExecutionResponse snapshot = watch.next();
    assertThat(snapshot.getSnapshot().getInvocationsList()).isEmpty();
    assertThat(snapshot.getSnapshot().getExecution().getCounts().getPending()).isEqualTo(1);
    assertThat(snapshot.getCursor()).isNotEmpty();
    var cancelled =
        operator.cancelExecution(CancelExecutionRequest.newBuilder().setExecutionId(id).build());

    List<WatchExecutionResponse> rest = new ArrayList<>();
    watch.forEachRemaining(rest::add);
    assertThat(rest).isNotEmpty().allMatch(WatchExecutionResponse::hasExecution);
    assertThat(rest.get(rest.size() - 1).getExecution().getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_CANCELLED);
    assertThat(rest.get(rest.size() - 1).getExecution().getCounts().getCancelled()).isEqualTo(1);
    assertThat(cancelled.hasExecution()).isTrue();
  }

  @Test
  void watchOfTheExecutionAlone_fromACursor_bringsHowItStands() {
    var unused = node("web");
    String id = dispatch(request -> request.addNodeIds("web")).getId();
    String cursor = operator.watchExecution(countsOf(id, "")).next().getCursor();
    var cancelled =
        operator.cancelExecution(CancelExecutionRequest.newBuilder().setExecutionId(id).build());

    List<WatchExecutionResponse> resumed = new ArrayList<>();
    operator.watchExecution(countsOf(id, cursor)).forEachRemaining(resumed::add);

    assertThat(resumed)
        .extracting(event -> event.getExecution().getState())
        .containsExactly(ExecutionState.EXECUTION_STATE_CANCELLED);
    assertRefused("CURSOR_EXPIRED", () -> operator.watchExecution(countsOf(id, "r999999")).next());
    assertThat(cancelled.hasExecution()).isTrue();
  }

  private static WatchExecutionRequest countsOf(String id, String cursor) {
    return WatchExecutionRequest.newBuilder()
        .setExecutionId(id)
        .setCursor(cursor)
        .setDetail(WatchDetail.WATCH_DETAIL_EXECUTION)
        .build();
  }

  @Test
  void badWatch_isRefused() {
    var unused = node("web");
    String id = dispatch(request -> request.addNodeIds("web")).getId();

    assertRefused("EXECUTION_NOT_FOUND", () -> watch(NOBODY, ""));
    assertFieldRefused("FIELD_INVALID", "cursor", () -> watch(id, "x"));
    assertFieldRefused("FIELD_INVALID", "cursor", () -> watch(id, "r-1"));
    assertRefused("CURSOR_EXPIRED", () -> watch(id, "r999999"));
  }

  private void watch(String id, String cursor) {
    operator
        .watchExecution(
            WatchExecutionRequest.newBuilder().setExecutionId(id).setCursor(cursor).build())
        .next();
  }

  private void assertNotProvisioned(
      String surface, UnaryOperator<DispatchExecutionRequest.Builder> change) {
    var failure =
        assertRefused(
            "SURFACE_NOT_PROVISIONED",
            () -> dispatch(request -> change.apply(request.addNodeIds("web"))));
    assertThat(WireErrors.metadataOf(failure)).containsEntry("surface", surface);
  }

  private dev.muster.server.node.Node node(String name) {
    return operators.node(
        name,
        Map.of("fleet", "a"),
        OperatorBus.action("restart", Danger.LOW),
        OperatorBus.action("wipe", Danger.CRITICAL));
  }

  private static DispatchExecutionRequest.Builder request() {
    return DispatchExecutionRequest.newBuilder().setAction("restart");
  }

  private Execution dispatch(UnaryOperator<DispatchExecutionRequest.Builder> change) {
    return operator.dispatchExecution(change.apply(request()).build()).getExecution();
  }

  private Execution get(String id, View view) {
    return operator
        .getExecution(GetExecutionRequest.newBuilder().setExecutionId(id).setView(view).build())
        .getExecution();
  }

  private ListExecutionsResponse list(ListExecutionsRequest request) {
    return operator.listExecutions(request);
  }

  private int count(UnaryOperator<ListExecutionsRequest.Builder> narrow) {
    return list(narrow.apply(ListExecutionsRequest.newBuilder()).build()).getExecutionsCount();
  }

  private ListInvocationsResponse invocations(String executionId) {
    return operator.listInvocations(
        ListInvocationsRequest.newBuilder().setExecutionId(executionId).build());
  }

  private List<Invocation> walk(ListInvocationsRequest.Builder request) {
    List<Invocation> walked = new ArrayList<>();
    String token;
    do {
      ListInvocationsResponse page = operator.listInvocations(request.setPageSize(3).build());
      walked.addAll(page.getInvocationsList());
      token = page.getNextPageToken();
      request.setPageToken(token);
    } while (!token.isEmpty());
    return walked;
  }

  private static Struct struct(String key, double number) {
    return Struct.newBuilder()
        .putFields(key, Value.newBuilder().setNumberValue(number).build())
        .build();
  }

  private static Duration.Builder seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds);
  }
}

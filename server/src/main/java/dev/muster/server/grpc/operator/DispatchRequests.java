// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.server.dispatch.DispatchCommand;
import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.error.Faults;
import dev.muster.server.execution.IneligiblePolicy;
import dev.muster.server.execution.OfflinePolicy;
import dev.muster.server.execution.PreparePolicy;
import dev.muster.server.grpc.CallContext;
import dev.muster.wire.Limits;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns dispatch requests into commands. What this server does not provide yet is refused, never
 * ignored.
 */
final class DispatchRequests {
  private static final int TOKEN_CHARS = 1_024;

  private DispatchRequests() {}

  /**
   * Returns the command that a request stands for.
   *
   * @throws BusException TARGET_INVALID, INPUT_INVALID, FIELD_INVALID, LIMIT_OUT_OF_RANGE,
   *     SURFACE_NOT_PROVISIONED
   */
  static DispatchCommand command(
      CallContext caller, String projectId, DispatchExecutionRequest request) {
    requireProvisioned(request);
    requireOneTarget(request);
    PreparePolicy prepare = PreparePolicies.policy(request.getPrepare());
    return new DispatchCommand(
        caller.requestedBy(),
        caller.operator().role(),
        RequestFields.requestKey(
            caller, projectId, "DispatchExecution", request.getRequestId(), request),
        projectId,
        request.getNodeIdsList(),
        request.getSelector(),
        RequestFields.required("action", request.getAction(), Limits.ACTION_NAME_CHARS),
        input(request),
        request.getConfirmed(),
        offline(request),
        request.hasStartWithin()
            ? Optional.of(ProtoTimes.span("start_within", request.getStartWithin()))
            : Optional.empty(),
        request.hasRunTimeout()
            ? Optional.of(ProtoTimes.span("run_timeout", request.getRunTimeout()))
            : Optional.empty(),
        request.hasExpireTime()
            ? Optional.of(ProtoTimes.instant("expire_time", request.getExpireTime()))
            : Optional.empty(),
        prepare,
        RequestFields.text("prepare_token", request.getPrepareToken(), TOKEN_CHARS),
        RequestFields.text("reason", request.getReason(), RequestFields.TEXT_CHARS),
        RolloutPolicies.policy(request, prepare.mode()),
        ineligible(request));
  }

  private static void requireProvisioned(DispatchExecutionRequest request) {
    if (!request.getFactSelector().isEmpty()) {
      throw Faults.notProvisioned("fact_selector");
    }
    if (request.hasScheduleTime()) {
      throw Faults.notProvisioned("schedule_time");
    }
    if (request.getApprovalsRequired() != 0) {
      throw Faults.notProvisioned("approvals_required");
    }
  }

  private static IneligiblePolicy ineligible(DispatchExecutionRequest request) {
    return switch (request.getIneligible()) {
      case INELIGIBLE_POLICY_UNSPECIFIED, INELIGIBLE_POLICY_FAIL -> IneligiblePolicy.FAIL;
      case INELIGIBLE_POLICY_SKIP -> IneligiblePolicy.SKIP;
      case UNRECOGNIZED ->
          throw Faults.field("ineligible", request.getIneligibleValue() + " is no policy.");
    };
  }

  private static void requireOneTarget(DispatchExecutionRequest request) {
    boolean named = request.getNodeIdsCount() > 0;
    boolean selected = !request.getSelector().isEmpty();
    if (named == selected) {
      String sentence =
          named
              ? "A dispatch names its nodes or a selector, not both."
              : "A dispatch names its nodes or a selector; it has neither.";
      throw BusException.of(ErrorReason.TARGET_INVALID)
          .message(sentence)
          .violation("node_ids", sentence)
          .violation("selector", sentence)
          .build();
    }
    List<String> nodes = request.getNodeIdsList();
    if (nodes.size() > Limits.TARGET_NODE_IDS) {
      throw Faults.limit(
          "node_ids", "has " + nodes.size() + " entries; at most " + Limits.TARGET_NODE_IDS + ".");
    }
    Set<String> seen = new HashSet<>();
    for (String node : nodes) {
      if (!seen.add(node)) {
        throw Faults.of(ErrorReason.TARGET_INVALID, "node_ids", node + " is named twice.");
      }
    }
  }

  private static byte[] input(DispatchExecutionRequest request) {
    boolean exact = !request.getInputJson().isEmpty();
    if (exact && request.hasInput()) {
      throw Faults.field("input", "only one of input_json and input may be set.");
    }
    if (request.hasInput()) {
      return StructJson.of(request.getInput());
    }
    return request.getInputJson().getBytes(StandardCharsets.UTF_8);
  }

  private static OfflinePolicy offline(DispatchExecutionRequest request) {
    return switch (request.getOffline()) {
      case OFFLINE_POLICY_UNSPECIFIED, OFFLINE_POLICY_QUEUE -> OfflinePolicy.QUEUE;
      case OFFLINE_POLICY_SKIP -> OfflinePolicy.SKIP;
      case UNRECOGNIZED ->
          throw Faults.field("offline", request.getOfflineValue() + " is no policy.");
    };
  }
}

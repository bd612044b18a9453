// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.operator;

import com.google.protobuf.ByteString;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.InvocationCounts;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.type.v1.Output;
import dev.muster.proto.type.v1.RequestedBy;
import dev.muster.proto.type.v1.Result;
import dev.muster.proto.type.v1.ResultError;
import dev.muster.server.execution.InvocationView;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeDirectory;
import dev.muster.server.node.NodeId;
import java.nio.charset.StandardCharsets;

/** Executions and invocations as messages. Thread-safe. */
final class ExecutionMapper {
  private final NodeDirectory nodes;

  ExecutionMapper(NodeDirectory nodes) {
    this.nodes = nodes;
  }

  /** Without the input and the list of skipped nodes. */
  Execution basic(dev.muster.server.execution.Execution execution) {
    return builder(execution).build();
  }

  /** Everything; of the input, what is no secret. */
  Execution full(dev.muster.server.execution.Execution execution) {
    Execution.Builder full =
        builder(execution)
            .setInputJson(new String(execution.redactedInput(), StandardCharsets.UTF_8));
    execution.skippedNodes().forEach(node -> full.addSkippedNodeIds(node.toString()));
    return full.build();
  }

  private static Execution.Builder builder(dev.muster.server.execution.Execution execution) {
    Execution.Builder message =
        Execution.newBuilder()
            .setId(execution.id().toString())
            .setProjectId(execution.order().projectId())
            .setAction(execution.order().action())
            .setState(ProtoEnums.of(execution.progress().state()))
            .setRevision(execution.progress().revision())
            .setCounts(counts(execution.progress().counts()))
            .setCohortSize(execution.cohortSize())
            .setSkippedOffline(execution.skippedOffline())
            .setSelector(execution.target().selector())
            .setFactSelector(execution.target().factSelector())
            .setInputBytes(execution.order().inputJson().length)
            .setCreatedBy(requestedBy(execution.order().requestedBy()))
            .setReason(execution.reason())
            .setCreateTime(ProtoTimes.timestamp(execution.createTime()))
            .setExpireTime(ProtoTimes.timestamp(execution.order().expireTime()))
            .setStartWithin(ProtoTimes.duration(execution.startWithin()))
            .setRunTimeout(ProtoTimes.duration(execution.order().runTimeout()))
            .setPrepare(PreparePolicies.message(execution.order().prepare().policy()))
            .setOffline(ProtoEnums.of(execution.offline()))
            .setIneligible(ProtoEnums.of(execution.plan().ineligible()))
            .setCancelReason(execution.cancelReason())
            .setStateReason(execution.stateReason());
    if (execution.plan().rollout().isAsked()) {
      message.setRollout(RolloutPolicies.message(execution.plan().rollout()));
    }
    if (execution.plan().source() != null) {
      message.setSourceExecutionId(execution.plan().source().toString());
    }
    if (execution.settleTime() != null) {
      message.setSettleTime(ProtoTimes.timestamp(execution.settleTime()));
    }
    if (execution.cancelTime() != null) {
      message.setCancelTime(ProtoTimes.timestamp(execution.cancelTime()));
    }
    return message;
  }

  static RequestedBy requestedBy(dev.muster.server.execution.RequestedBy by) {
    return RequestedBy.newBuilder()
        .setOperatorId(by.operatorId())
        .setOperatorName(by.operatorName())
        .setSurface(ProtoEnums.of(by.surface()))
        .setCorrelationId(by.correlationId())
        .build();
  }

  private static InvocationCounts counts(dev.muster.server.execution.InvocationCounts counts) {
    return InvocationCounts.newBuilder()
        .setPending(counts.in(InvocationState.PENDING))
        .setPreparing(counts.in(InvocationState.PREPARING))
        .setPrepared(counts.in(InvocationState.PREPARED))
        .setDispatched(counts.in(InvocationState.DISPATCHED))
        .setAcknowledged(counts.in(InvocationState.ACKNOWLEDGED))
        .setStarted(counts.in(InvocationState.STARTED))
        .setSucceeded(counts.in(InvocationState.SUCCEEDED))
        .setFailed(counts.in(InvocationState.FAILED))
        .setTimedOut(counts.in(InvocationState.TIMED_OUT))
        .setCancelled(counts.in(InvocationState.CANCELLED))
        .setRejected(counts.in(InvocationState.REJECTED))
        .setExpired(counts.in(InvocationState.EXPIRED))
        .setLost(counts.in(InvocationState.LOST))
        .build();
  }

  /** Of the result, only exit code and error. */
  Invocation basic(InvocationView view) {
    Invocation.Builder message = builder(view);
    view.result()
        .ifPresent(
            result -> {
              Result.Builder brief = Result.newBuilder();
              result.exitCode().ifPresent(brief::setExitCode);
              if (result.error() != null) {
                brief.setError(error(result.error()));
              }
              message.setResult(brief);
            });
    return message.build();
  }

  /** Everything. */
  Invocation full(InvocationView view) {
    Invocation.Builder message = builder(view);
    view.result()
        .ifPresent(
            result ->
                message
                    .setResult(result(result))
                    .setDataJson(text(result.dataJson()))
                    .setStdoutText(text(result.stdout().data()))
                    .setStderrText(text(result.stderr().data())));
    return message.build();
  }

  private Invocation.Builder builder(InvocationView view) {
    dev.muster.server.invocation.Invocation invocation = view.invocation();
    Invocation.Builder message =
        Invocation.newBuilder()
            .setId(invocation.id().toString())
            .setExecutionId(invocation.executionId().toString())
            .setNodeId(invocation.nodeId().toString())
            .setNodeName(name(invocation.nodeId()))
            .setAction(view.action())
            .setState(ProtoEnums.of(invocation.state()))
            .setRevision(invocation.revision())
            .setEpoch(invocation.epoch())
            .setStarted(invocation.started())
            .setStillRunning(invocation.stillRunning())
            .setReason(invocation.reason())
            .setMessage(invocation.message())
            .setCreateTime(ProtoTimes.timestamp(invocation.createTime()))
            .setReleaseTime(ProtoTimes.timestamp(invocation.releaseTime()))
            .setStartDeadline(ProtoTimes.timestamp(invocation.startDeadline()))
            .setCancelRequested(invocation.cancelRequested() && !invocation.state().isSettled());
    if (invocation.reportDeadline() != null) {
      message.setReportDeadline(ProtoTimes.timestamp(invocation.reportDeadline()));
    }
    if (invocation.settleTime() != null) {
      message.setSettleTime(ProtoTimes.timestamp(invocation.settleTime()));
    }
    return message;
  }

  private String name(NodeId id) {
    return nodes.find(id).map(Node::name).map(Object::toString).orElse("");
  }

  static InvocationTransition transition(HistoryEntry entry) {
    InvocationTransition.Builder message =
        InvocationTransition.newBuilder()
            .setToState(ProtoEnums.of(entry.to()))
            .setTime(ProtoTimes.timestamp(entry.time()))
            .setDriver(entry.driver().word())
            .setReplicaId(entry.replica())
            .setEpoch(entry.epoch())
            .setReason(entry.reason())
            .setAttempt(entry.attempt());
    if (entry.from() != null) {
      message.setFromState(ProtoEnums.of(entry.from()));
    }
    if (entry.agentTime() != null) {
      message.setAgentTime(ProtoTimes.timestamp(entry.agentTime()));
    }
    return message.build();
  }

  private static Result result(dev.muster.server.invocation.Result result) {
    Result.Builder message =
        Result.newBuilder()
            .setDataJson(ByteString.copyFrom(result.dataJson()))
            .setStdout(output(result.stdout()))
            .setStderr(output(result.stderr()));
    result.exitCode().ifPresent(message::setExitCode);
    if (result.error() != null) {
      message.setError(error(result.error()));
    }
    return message.build();
  }

  private static ResultError error(dev.muster.server.invocation.Result.ResultError error) {
    return ResultError.newBuilder()
        .setCode(error.code())
        .setMessage(error.message())
        .setDetailsJson(ByteString.copyFrom(error.detailsJson()))
        .build();
  }

  private static Output output(dev.muster.server.invocation.Result.Output output) {
    return Output.newBuilder()
        .setData(ByteString.copyFrom(output.data()))
        .setTotalBytes(output.totalBytes())
        .setTruncated(output.truncated())
        .setHeadBytes(output.headBytes())
        .setSha256(ByteString.copyFrom(output.sha256()))
        .setUploaded(output.uploaded())
        .build();
  }

  /** Malformed bytes become U+FFFD. */
  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.protobuf.Timestamp;
import dev.muster.chaos.check.Kept;
import dev.muster.chaos.check.Recorded;
import dev.muster.chaos.check.Trace;
import dev.muster.chaos.check.Written;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.GetInvocationRequest;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.operator.v1.ListExecutionsRequest;
import dev.muster.proto.operator.v1.ListExecutionsResponse;
import dev.muster.proto.operator.v1.ListInvocationsRequest;
import dev.muster.proto.operator.v1.ListInvocationsResponse;
import dev.muster.proto.operator.v1.ReadOutputRequest;
import dev.muster.proto.operator.v1.ReadOutputResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gathers what the server says, over the operators' API, and what hooks wrote down. */
final class Collector {
  private static final int PAGE = 200;
  private static final List<ExecutionState> LIVE =
      List.of(
          ExecutionState.EXECUTION_STATE_PREPARING,
          ExecutionState.EXECUTION_STATE_RUNNING,
          ExecutionState.EXECUTION_STATE_PAUSED,
          ExecutionState.EXECUTION_STATE_CANCELLING);

  private final Operator operator;
  private final Map<String, Duration> clockSkews;

  /**
   * Makes a collector.
   *
   * @param clockSkews by how much the nodes' clocks are wrong: what they tell is put right
   */
  Collector(Operator operator, Map<String, Duration> clockSkews) {
    this.operator = operator;
    this.clockSkews = Map.copyOf(clockSkews);
  }

  /** Returns whether every execution has settled. */
  boolean allSettled() {
    return operator
            .insist(
                executions ->
                    executions.listExecutions(
                        ListExecutionsRequest.newBuilder()
                            .addAllStates(LIVE)
                            .setPageSize(1)
                            .build()))
            .getExecutionsCount()
        == 0;
  }

  /** Returns every execution with its invocations and their histories. */
  List<Recorded> recorded() {
    List<Recorded> recorded = new ArrayList<>();
    String page = "";
    do {
      ListExecutionsRequest request =
          ListExecutionsRequest.newBuilder().setPageSize(PAGE).setPageToken(page).build();
      ListExecutionsResponse response =
          operator.insist(executions -> executions.listExecutions(request));
      for (Execution execution : response.getExecutionsList()) {
        recorded.add(new Recorded(execution, invocations(execution.getId())));
      }
      page = response.getNextPageToken();
    } while (!page.isEmpty());
    return recorded;
  }

  /** Reads the output back of every run that has any and was to write much. */
  List<Kept> kept(List<Recorded> recorded) {
    return recorded.stream()
        .filter(each -> each.execution().getAction().equals(Hooks.LARGE))
        .flatMap(each -> each.invocations().stream())
        .filter(response -> response.getInvocation().getResult().getStdout().getTotalBytes() > 0)
        .map(response -> read(response.getInvocation().getId()))
        .toList();
  }

  private Kept read(String invocation) {
    ReadOutputRequest request = ReadOutputRequest.newBuilder().setInvocationId(invocation).build();
    try {
      return operator.insist(executions -> read(invocation, executions.readOutput(request)));
    } catch (StatusRuntimeException e) {
      return new Kept(invocation, 0, 0, 0, "", String.valueOf(e.getMessage()));
    }
  }

  private static Kept read(String invocation, Iterator<ReadOutputResponse> pieces) {
    MessageDigest digest = sha256();
    long bytes = 0;
    long skipped = 0;
    long wrong = 0;
    while (pieces.hasNext()) {
      ReadOutputResponse piece = pieces.next();
      byte[] data = piece.getData().toByteArray();
      for (int i = 0; i < data.length; i++) {
        wrong += data[i] == Hooks.largeAt(invocation, piece.getOffset() + i) ? 0 : 1;
      }
      digest.update(data);
      bytes += data.length;
      skipped += piece.getSkippedBytes();
    }
    return new Kept(
        invocation, bytes, skipped, wrong, HexFormat.of().formatHex(digest.digest()), "");
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every Java has it.
    }
  }

  /** Returns what the hooks of a node wrote down. */
  static List<Trace> traces(AgentSubject agent) {
    return lines(agent).stream()
        .map(line -> Trace.parse(agent.name(), line))
        .flatMap(Optional::stream)
        .toList();
  }

  /** Returns what the hooks of a node say that they wrote. */
  static List<Written> written(AgentSubject agent) {
    return lines(agent).stream().map(Written::parse).flatMap(Optional::stream).toList();
  }

  private static List<String> lines(AgentSubject agent) {
    if (!Files.exists(agent.truth())) {
      return List.of();
    }
    try {
      return Files.readAllLines(agent.truth());
    } catch (IOException e) {
      throw new ChaosFailedException(agent.truth() + " cannot be read", e);
    }
  }

  private List<GetInvocationResponse> invocations(String execution) {
    List<GetInvocationResponse> invocations = new ArrayList<>();
    String page = "";
    do {
      ListInvocationsRequest request =
          ListInvocationsRequest.newBuilder()
              .setExecutionId(execution)
              .setPageSize(PAGE)
              .setPageToken(page)
              .build();
      ListInvocationsResponse response =
          operator.insist(executions -> executions.listInvocations(request));
      for (Invocation invocation : response.getInvocationsList()) {
        invocations.add(
            byOneClock(
                operator.insist(
                    executions ->
                        executions.getInvocation(
                            GetInvocationRequest.newBuilder()
                                .setInvocationId(invocation.getId())
                                .build()))));
      }
      page = response.getNextPageToken();
    } while (!page.isEmpty());
    return invocations;
  }

  private GetInvocationResponse byOneClock(GetInvocationResponse told) {
    Duration skew = clockSkews.getOrDefault(told.getInvocation().getNodeName(), Duration.ZERO);
    GetInvocationResponse.Builder right = told.toBuilder();
    for (InvocationTransition.Builder line : right.getHistoryBuilderList()) {
      if (line.hasAgentTime()) {
        Timestamp time = line.getAgentTime();
        Instant at = Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).minus(skew);
        line.setAgentTime(
            Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()));
      }
    }
    return right.build();
  }
}

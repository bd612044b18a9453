// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.fake;

import com.google.protobuf.util.Timestamps;
import dev.muster.proto.operator.v1.ActionOffer;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.InvocationCounts;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.operator.v1.JoinToken;
import dev.muster.proto.operator.v1.Node;
import dev.muster.proto.operator.v1.NodeState;
import dev.muster.proto.operator.v1.PrepareActionResponse;
import dev.muster.proto.type.v1.Action;
import dev.muster.proto.type.v1.ActionKind;
import dev.muster.proto.type.v1.Danger;
import dev.muster.proto.type.v1.InvocationState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Nodes, actions and executions in memory. What an action comes to on a node is told beforehand,
 * else it succeeds. Thread-safe.
 */
public final class FakeFleet {
  private final Map<String, Node> nodes = new TreeMap<>();
  private final Map<String, Action> actions = new TreeMap<>();
  private final Map<String, PrepareActionResponse> prepared = new LinkedHashMap<>();
  private final Map<String, UnaryOperator<Invocation.Builder>> outcomes = new LinkedHashMap<>();
  private final Map<String, Execution> executions = new LinkedHashMap<>();
  private final Map<String, List<Invocation>> invocations = new LinkedHashMap<>();
  private final Map<String, String> requests = new LinkedHashMap<>();
  private final Map<String, JoinToken> tokens = new LinkedHashMap<>();
  private final List<WatchScript> watches = new ArrayList<>();

  /** Adds an online node. */
  public synchronized Node addNode(String name, Map<String, String> labels) {
    Node node =
        Node.newBuilder()
            .setId(UUID.randomUUID().toString())
            .setName(name)
            .setProjectId("default")
            .putAllLabels(labels)
            .setState(NodeState.NODE_STATE_ACTIVE)
            .setOnline(true)
            .setLastSeenTime(Timestamps.now())
            .setAgentVersion("0.1.0")
            .setEtag("1")
            .build();
    return putNode(node);
  }

  /** Adds or replaces a node. */
  public synchronized Node putNode(Node node) {
    nodes.put(node.getName(), node);
    return node;
  }

  /** Lets every node offer an action. */
  public synchronized Action addAction(String name, Danger danger) {
    Action action =
        Action.newBuilder()
            .setName(name)
            .setKind(ActionKind.ACTION_KIND_HOOK)
            .setDanger(danger)
            .setSummary("Does " + name + ".")
            .setEnabled(true)
            .build();
    actions.put(name, action);
    return action;
  }

  /** Tells what a prepare of an action answers. */
  public synchronized void prepared(String action, PrepareActionResponse response) {
    prepared.put(action, response);
  }

  /** Tells what any action comes to on a node. */
  public synchronized void outcome(String node, UnaryOperator<Invocation.Builder> outcome) {
    outcomes.put(node, outcome);
  }

  /** Tells how the next watch goes; without one, watches go to the end of the execution. */
  public synchronized void watch(WatchScript script) {
    watches.add(script);
  }

  /** Returns the executions so far. */
  public synchronized List<Execution> executions() {
    return List.copyOf(executions.values());
  }

  /** Returns the invocations of an execution. */
  public synchronized List<Invocation> invocations(String executionId) {
    return List.copyOf(invocations.getOrDefault(executionId, List.of()));
  }

  synchronized Collection<Node> nodes() {
    return List.copyOf(nodes.values());
  }

  synchronized List<ActionOffer> offers() {
    return actions.values().stream()
        .map(
            action ->
                ActionOffer.newBuilder()
                    .setAction(action)
                    .setNodeCount(nodes.size())
                    .setOnlineCount((int) nodes.values().stream().filter(Node::getOnline).count())
                    .build())
        .toList();
  }

  synchronized Action action(String name) {
    Action action = actions.get(name);
    return action == null ? addAction(name, Danger.DANGER_LOW) : action;
  }

  synchronized PrepareActionResponse prepare(String action) {
    return prepared.getOrDefault(action, PrepareActionResponse.getDefaultInstance()).toBuilder()
        .setAction(action(action))
        .build();
  }

  synchronized Map<String, JoinToken> tokens() {
    return tokens;
  }

  synchronized WatchScript nextWatch(String executionId) {
    return watches.isEmpty()
        ? WatchScript.toTheEnd(execution(executionId), invocations(executionId))
        : watches.remove(0);
  }

  synchronized Execution execution(String id) {
    return executions.getOrDefault(id, Execution.getDefaultInstance());
  }

  synchronized Execution replace(Execution execution) {
    executions.put(execution.getId(), execution);
    return execution;
  }

  /** Makes an execution that has settled already; the same request makes no second one. */
  synchronized Execution dispatch(DispatchExecutionRequest request, List<Node> cohort) {
    String known = requests.get(request.getRequestId());
    if (known != null) {
      return execution(known);
    }
    String id = UUID.randomUUID().toString();
    List<Invocation> settled = cohort.stream().map(node -> settled(id, request, node)).toList();
    boolean allSucceeded =
        settled.stream().allMatch(i -> i.getState() == InvocationState.INVOCATION_STATE_SUCCEEDED);
    Execution execution =
        Execution.newBuilder()
            .setId(id)
            .setProjectId("default")
            .setAction(request.getAction())
            .setState(
                allSucceeded
                    ? ExecutionState.EXECUTION_STATE_SUCCEEDED
                    : ExecutionState.EXECUTION_STATE_FAILED)
            .setRevision(10)
            .setCounts(counts(settled))
            .setCohortSize(cohort.size())
            .setSelector(request.getSelector())
            .setInputJson(request.getInputJson())
            .setReason(request.getReason())
            .setCreateTime(Timestamps.fromMillis(1_000))
            .setSettleTime(Timestamps.fromMillis(3_500))
            .build();
    requests.put(request.getRequestId(), id);
    executions.put(id, execution);
    invocations.put(id, settled);
    return execution;
  }

  /** Counts invocations by state. */
  public static InvocationCounts counts(Collection<Invocation> invocations) {
    InvocationCounts.Builder counts = InvocationCounts.newBuilder();
    for (Invocation invocation : invocations) {
      switch (invocation.getState()) {
        case INVOCATION_STATE_PENDING -> counts.setPending(counts.getPending() + 1);
        case INVOCATION_STATE_STARTED -> counts.setStarted(counts.getStarted() + 1);
        case INVOCATION_STATE_SUCCEEDED -> counts.setSucceeded(counts.getSucceeded() + 1);
        case INVOCATION_STATE_FAILED -> counts.setFailed(counts.getFailed() + 1);
        case INVOCATION_STATE_LOST -> counts.setLost(counts.getLost() + 1);
        case INVOCATION_STATE_REJECTED -> counts.setRejected(counts.getRejected() + 1);
        default -> throw new IllegalArgumentException("not counted here: " + invocation.getState());
      }
    }
    return counts.build();
  }

  static List<InvocationTransition> history(Invocation invocation) {
    InvocationTransition dispatched =
        InvocationTransition.newBuilder()
            .setToState(InvocationState.INVOCATION_STATE_DISPATCHED)
            .setTime(Timestamps.fromMillis(1_000))
            .setDriver("dispatch")
            .setEpoch(1)
            .build();
    InvocationTransition settled =
        InvocationTransition.newBuilder()
            .setFromState(InvocationState.INVOCATION_STATE_DISPATCHED)
            .setToState(invocation.getState())
            .setTime(Timestamps.fromMillis(1_240))
            .setDriver("node")
            .setEpoch(1)
            .setReason(invocation.getReason())
            .build();
    return List.of(dispatched, settled);
  }

  private Invocation settled(String executionId, DispatchExecutionRequest request, Node node) {
    Invocation.Builder invocation =
        Invocation.newBuilder()
            .setId(UUID.randomUUID().toString())
            .setExecutionId(executionId)
            .setNodeId(node.getId())
            .setNodeName(node.getName())
            .setAction(request.getAction())
            .setState(InvocationState.INVOCATION_STATE_SUCCEEDED)
            .setStarted(true)
            .setRevision(10)
            .setCreateTime(Timestamps.fromMillis(1_000))
            .setSettleTime(Timestamps.fromMillis(1_240));
    return outcomes.getOrDefault(node.getName(), same -> same).apply(invocation).build();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.muster.server.catalog.Catalog;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.InvocationCounts;
import dev.muster.server.execution.OfflinePolicy;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.Plan;
import dev.muster.server.execution.Preparation;
import dev.muster.server.execution.PreparePolicy;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.Surface;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationStore.NewInvocation;
import dev.muster.server.node.Labels;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeName;
import dev.muster.server.node.NodeState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows for tests: the same number gives the same id, a greater one a greater id. */
final class Samples {
  static final Instant NOW = Instant.parse("2026-11-01T12:00:00.123456Z");
  static final RequestedBy ALICE =
      new RequestedBy("0190a000-0000-7000-8000-000000000001", "alice", Surface.CLI, "c-1");

  private static final byte[] JOURNAL = {1, 2, 3, (byte) 0xff};

  private Samples() {}

  /**
   * Ids with the uppermost bit set on odd numbers, as a comparison with a sign would get them
   * wrong.
   */
  static UUID uuid(long number) {
    return new UUID(number << 32, Long.MIN_VALUE | number);
  }

  static NodeId nodeId(int number) {
    return new NodeId(uuid(number));
  }

  static ExecutionId executionId(int number) {
    return new ExecutionId(uuid(number));
  }

  static InvocationId invocationId(int number) {
    return new InvocationId(uuid(number));
  }

  static Node node(int number) {
    return new Node(
        nodeId(number),
        "default",
        new NodeName("node-" + number),
        Labels.of(Map.of("role", "web", "zone", "a")),
        NodeState.ACTIVE,
        Catalog.EMPTY.digest(),
        NOW,
        "machine-" + number);
  }

  static Execution execution(int number, ExecutionState state) {
    return execution(number, state, "uptime", ALICE, NOW);
  }

  /** Returns one whose nodes get ready. */
  static Execution preparing(int number, PreparePolicy policy) {
    Execution plain = execution(number, ExecutionState.PREPARING);
    Order order = plain.order();
    return new Execution(
        new Order(
            order.executionId(),
            order.projectId(),
            order.action(),
            order.inputJson(),
            order.runTimeout(),
            order.expireTime(),
            order.requestedBy(),
            new Preparation(policy, NOW.plus(policy.within()))),
        plain.progress(),
        plain.cohortSize(),
        plain.target(),
        plain.reason(),
        plain.createTime(),
        plain.startWithin(),
        plain.offline(),
        plain.skippedNodes(),
        plain.skippedOffline(),
        plain.redactedInput(),
        null,
        null,
        "",
        "",
        Plan.PLAIN);
  }

  static Execution execution(
      int number, ExecutionState state, String action, RequestedBy by, Instant createTime) {
    return new Execution(
        new Order(
            executionId(number),
            "default",
            action,
            "{\"n\": 9007199254740993}".getBytes(UTF_8),
            Duration.ofMinutes(10),
            createTime.plus(Duration.ofDays(7)),
            by),
        new ExecutionProgress(state, 1, InvocationCounts.allPending(3)),
        3,
        new Execution.Target("role=web", "os=linux"),
        "because",
        createTime,
        Duration.ofHours(1),
        OfflinePolicy.SKIP,
        List.of(nodeId(8), nodeId(9)),
        2,
        "{}".getBytes(UTF_8),
        state.isSettled() ? createTime : null,
        null,
        "",
        "",
        Plan.PLAIN);
  }

  static Invocation pending(int number, int execution, int node, int ordinal) {
    return Invocation.pending(
        invocationId(number),
        executionId(execution),
        nodeId(node),
        ordinal,
        NOW,
        NOW.plusSeconds(3_600));
  }

  static Invocation dispatched(int number, int execution, int node, int ordinal) {
    return pending(number, execution, node, ordinal).handedOver(5, JOURNAL, NOW.plusSeconds(720));
  }

  static NewInvocation added(Invocation invocation) {
    return new NewInvocation(invocation, entry(null, invocation.state()));
  }

  /** Returns a change with one line of evidence. */
  static InvocationChange change(Invocation before, Invocation after) {
    return new InvocationChange(before, after, List.of(entry(before.state(), after.state())), null);
  }

  static HistoryEntry entry(@Nullable InvocationState from, InvocationState to) {
    return new HistoryEntry(from, to, NOW, Driver.COURIER, TestStore.REPLICA, 5, "", null, 0);
  }

  /** Returns the invocation in another state, all else as it was. */
  static Invocation in(InvocationState state, Invocation invocation) {
    return new Invocation(
        invocation.id(),
        invocation.executionId(),
        invocation.nodeId(),
        invocation.ordinal(),
        state,
        invocation.taken().with(state),
        invocation.revision() + 1,
        state.isOutstanding() ? Math.max(1, invocation.epoch()) : invocation.epoch(),
        invocation.journalId(),
        invocation.started() || state == InvocationState.STARTED,
        false,
        invocation.cancelRequested(),
        "",
        "",
        invocation.createTime(),
        invocation.releaseTime(),
        invocation.startDeadline(),
        invocation.reportDeadline(),
        state.isSettled() ? NOW.plusSeconds(9) : null);
  }
}

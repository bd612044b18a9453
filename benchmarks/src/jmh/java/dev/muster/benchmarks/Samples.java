// SPDX-License-Identifier: Apache-2.0
package dev.muster.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.muster.server.audit.AuditRecord;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.InvocationCounts;
import dev.muster.server.execution.OfflinePolicy;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.Plan;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.execution.Surface;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationStore.NewInvocation;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.Result;
import dev.muster.server.node.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values as a running server has them. */
final class Samples {
  static final String REPLICA = "replica-1";
  static final String PROJECT = "default";
  static final long EPOCH = 7;

  private static final String ACTION = "uptime";
  private static final byte[] JOURNAL = "a journal's name".getBytes(UTF_8);
  private static final byte[] INPUT = "{}".getBytes(UTF_8);

  private Samples() {}

  /** Returns an id as the server makes them: later ones sort after earlier ones. */
  static UUID id() {
    return UuidCreator.getTimeOrderedEpochPlus1();
  }

  /** Returns an execution that runs on so many nodes. */
  static Execution execution(int cohort, Instant now) {
    Order order =
        new Order(
            new ExecutionId(id()),
            PROJECT,
            ACTION,
            INPUT,
            Duration.ofMinutes(10),
            now.plus(Duration.ofDays(7)),
            new RequestedBy(id().toString(), "alice", Surface.CLI, id().toString()));
    return new Execution(
        order,
        new ExecutionProgress(ExecutionState.RUNNING, 1, InvocationCounts.allPending(cohort)),
        cohort,
        new Execution.Target("role=web", ""),
        "",
        now,
        Duration.ofHours(1),
        OfflinePolicy.QUEUE,
        List.of(),
        0,
        INPUT,
        null,
        null,
        "",
        "",
        Plan.PLAIN);
  }

  /** Returns an invocation that was handed over. */
  static Invocation dispatched(ExecutionId execution, NodeId node, int ordinal, Instant now) {
    return Invocation.pending(
            new InvocationId(id()), execution, node, ordinal, now, now.plus(Duration.ofHours(1)))
        .handedOver(EPOCH, JOURNAL, now.plus(Duration.ofMinutes(12)));
  }

  /** Returns what inserts an invocation that is handed over in the same commit. */
  static NewInvocation added(Invocation dispatched, Instant now) {
    return new NewInvocation(
        dispatched,
        new HistoryEntry(
            null,
            dispatched.state(),
            now,
            Driver.DISPATCH,
            REPLICA,
            dispatched.epoch(),
            "",
            null,
            0));
  }

  /** Returns the record of a slice. */
  static AuditRecord materialised(Execution execution, Instant now) {
    return new AuditRecord(
        now,
        "execution.materialise",
        null,
        PROJECT,
        execution.id(),
        null,
        null,
        ACTION,
        null,
        "{\"slice\":0,\"invocations\":1000,\"handed_over\":1000}");
  }

  /** Returns the whole course of a run that succeeds, in one report. */
  static List<ReportedStep> wholeCourse(Instant agentTime) {
    return List.of(
        step(InvocationState.ACKNOWLEDGED, agentTime, null),
        step(InvocationState.STARTED, agentTime, null),
        step(InvocationState.SUCCEEDED, agentTime, Result.EMPTY));
  }

  private static ReportedStep step(
      InvocationState state, Instant agentTime, @Nullable Result result) {
    return new ReportedStep(
        InvocationEvent.ofReport(state).orElseThrow(), agentTime, result, "", "", false, false, 1);
  }
}

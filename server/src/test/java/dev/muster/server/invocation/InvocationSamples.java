// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.node.NodeId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Invocations in any state, for tests. */
public final class InvocationSamples {
  /** When they were made. */
  public static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");

  /** Their node. */
  public static final NodeId NODE = new NodeId(new UUID(7, 1));

  /** Their execution. */
  public static final ExecutionId EXECUTION = new ExecutionId(new UUID(7, 2));

  private static final byte[] JOURNAL = {1, 2, 3};

  private InvocationSamples() {}

  /** Returns a journal's id. */
  public static byte[] journal() {
    return JOURNAL.clone();
  }

  /** Returns one that waits. */
  public static Invocation pending(int number) {
    return Invocation.pending(
        new InvocationId(new UUID(8, number)), EXECUTION, NODE, number, NOW, NOW.plusSeconds(3600));
  }

  /** Returns one in this state, of epoch 5, to which the node has reported these steps. */
  public static Invocation in(InvocationState state, InvocationState... taken) {
    return in(state, 5, false, taken);
  }

  /** Returns one in this state. */
  public static Invocation in(
      InvocationState state, long epoch, boolean cancelRequested, InvocationState... taken) {
    Invocation base = pending(1);
    Steps steps = Steps.NONE;
    boolean started = false;
    for (InvocationState step : taken) {
      steps = steps.with(step);
      started |= step == InvocationState.STARTED;
    }
    boolean handedOver = !state.isWaiting() && state != InvocationState.EXPIRED;
    @Nullable Instant settleTime = state.isSettled() ? NOW.plusSeconds(60) : null;
    return new Invocation(
        base.id(),
        base.executionId(),
        base.nodeId(),
        0,
        state,
        steps,
        3,
        handedOver ? epoch : 0,
        handedOver ? journal() : new byte[0],
        started,
        false,
        cancelRequested,
        "",
        "",
        base.createTime(),
        base.releaseTime(),
        base.startDeadline(),
        handedOver ? NOW.plusSeconds(720) : null,
        settleTime);
  }

  /** Returns a step. */
  public static ReportedStep step(InvocationState state) {
    return ReportedStep.of(InvocationEvent.ofReport(state).orElseThrow());
  }

  /** Returns STARTED of a later run. */
  public static ReportedStep startedAgain(int attempt) {
    return new ReportedStep(
        InvocationEvent.REPORTED_STARTED_AGAIN, null, null, "", "", false, false, attempt);
  }
}

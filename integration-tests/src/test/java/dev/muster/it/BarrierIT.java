// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_CANCELLED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_EXPIRED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_PENDING;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_PREPARED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_PREPARING;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.RefusedCall;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.InvocationCounts;
import dev.muster.proto.operator.v1.PrepareMode;
import dev.muster.proto.operator.v1.PreparePolicy;
import dev.muster.proto.type.v1.InvocationState;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** PREPARE in executions, with real servers, agents and hooks. */
final class BarrierIT {
  private static final java.time.Duration PATIENCE = java.time.Duration.ofSeconds(60);

  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  /**
   * An agent whose hook prepares as its folder says: with {@code unfit} it refuses, else it waits
   * for {@code ready}. Each run leaves a line.
   */
  private static AgentProcess agent(String name) {
    AgentProcess agent = fleet.agent(name).label("set", name.replaceAll("-.*", ""));
    String folder = agent.folder().toString();
    return agent
        .setting("slots", "1")
        .hook(
            "work",
            "if [ \"$MUSTER_PHASE\" = prepare ]; then\n"
                + ("  [ -e " + folder + "/unfit ] && { echo 'disk full' >&2; exit 1; }\n")
                + ("  while [ ! -e " + folder + "/ready ]; do sleep 0.05; done\n")
                + "  echo '{}'; exit 0\nfi\n"
                + ("echo $MUSTER_INVOCATION_ID >> " + folder + "/runs"))
        .sidecar("work", "{\"prepare\":true}");
  }

  private static void let(AgentProcess agent, String what) {
    try {
      Files.createFile(agent.folder().resolve(what));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static PreparePolicy.Builder barrier(int percent, int seconds) {
    return PreparePolicy.newBuilder()
        .setMode(PrepareMode.PREPARE_MODE_BARRIER)
        .setQuorumPercent(percent)
        .setPrepareWithin(Duration.newBuilder().setSeconds(seconds));
  }

  private static Execution dispatch(String set, PreparePolicy.Builder policy) {
    return fleet
        .operator()
        .dispatch("work", request -> request.setSelector("set=" + set).setPrepare(policy));
  }

  private static Execution await(String what, Execution execution, Predicate<Execution> wanted) {
    return Eventually.eventually(
        what, PATIENCE, () -> fleet.operator().execution(execution.getId()), wanted);
  }

  private static Predicate<Execution> counts(Predicate<InvocationCounts> wanted) {
    return execution -> wanted.test(execution.getCounts());
  }

  private static InvocationState stateOn(Execution execution, AgentProcess agent) {
    String node = fleet.operator().node(agent.name()).getId();
    return fleet.operator().invocations(execution.getId()).stream()
        .filter(invocation -> invocation.getNodeId().equals(node))
        .findFirst()
        .orElseThrow()
        .getState();
  }

  @Test
  void quorumThatStands_letsEveryoneRun_andNobodyBefore() {
    AgentProcess first = agent("stands-1").launch();
    AgentProcess second = agent("stands-2").launch();
    first.awaitReady();
    second.awaitReady();
    let(first, "ready");
    Execution execution = dispatch("stands", barrier(100, 60));

    var half = await("one is prepared", execution, counts(c -> c.getPrepared() == 1));
    assertThat(half.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_PREPARING);
    assertThat(half.getPrepare().getMode()).isEqualTo(PrepareMode.PREPARE_MODE_BARRIER);
    assertThat(first.linesOf("runs")).isEmpty();
    let(second, "ready");
    Execution done = fleet.operator().awaitSettled(execution.getId());

    assertThat(done.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(first.linesOf("runs")).hasSize(1);
    assertThat(second.linesOf("runs")).hasSize(1);
  }

  @Test
  void quorumThatFails_aborts_andNoHookEverRan_andTheSlotsAreFree() {
    AgentProcess fit = agent("fails-1").launch();
    AgentProcess unfit = agent("fails-2").launch();
    fit.awaitReady();
    unfit.awaitReady();
    let(fit, "ready");
    Execution execution = dispatch("fails", barrier(100, 60));
    var half = await("one is prepared", execution, counts(c -> c.getPrepared() == 1));
    assertThat(half.getCounts().getPreparing()).isEqualTo(1);
    Execution inTime = dispatch("fails", barrier(100, 2));

    // Both are kept waiting: one by the hook, one by the slots that the first keeps.
    Execution late = fleet.operator().awaitSettled(inTime.getId());
    assertThat(late.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_ABORTED);
    assertThat(late.getStateReason()).contains("the quorum is 2 of 2");
    Execution stopped = fleet.operator().cancel(execution.getId());
    assertThat(fleet.operator().awaitSettled(stopped.getId()).getCounts().getCancelled())
        .isEqualTo(2);

    let(unfit, "unfit");
    Execution refused = dispatch("fails", barrier(100, 60));
    Execution aborted = fleet.operator().awaitSettled(refused.getId());

    assertThat(aborted.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_ABORTED);
    assertThat(stateOn(refused, unfit)).isEqualTo(INVOCATION_STATE_REJECTED);
    assertThat(stateOn(refused, fit)).isEqualTo(INVOCATION_STATE_CANCELLED);
    assertThat(fit.linesOf("runs")).isEmpty();
    assertThat(unfit.linesOf("runs")).isEmpty();
    // What the barriers kept is free again.
    Execution plain = fleet.operator().dispatchTo("work", "fails-1", "fails-2");
    assertThat(fleet.operator().awaitSettled(plain.getId()).getCounts().getSucceeded())
        .isEqualTo(2);
  }

  @Test
  void serverKilledWhileItWaits_goesOnWithTheSameBarrier() {
    AgentProcess first = agent("killed-1").launch();
    AgentProcess second = agent("killed-2").launch();
    first.awaitReady();
    second.awaitReady();
    let(first, "ready");
    Execution execution = dispatch("killed", barrier(100, 120));
    var half = await("one is prepared", execution, counts(c -> c.getPrepared() == 1));
    assertThat(half.getCounts().getPreparing()).isEqualTo(1);

    fleet.killAndRestartServer();

    Execution after = fleet.operator().execution(execution.getId());
    assertThat(after.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_PREPARING);
    var back =
        await(
            "one is ready still, the other is asked again",
            execution,
            counts(c -> c.getPrepared() == 1 && c.getPreparing() == 1));
    assertThat(back.getCounts().getPending()).isZero();
    assertThat(first.linesOf("runs")).isEmpty();
    let(second, "ready");
    assertThat(fleet.operator().awaitSettled(execution.getId()).getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(first.linesOf("runs")).hasSize(1);
    assertThat(second.linesOf("runs")).hasSize(1);
  }

  @Test
  void serverThatComesBackBehindTheDeadline_aborts() {
    AgentProcess agent = agent("overdue-1").start();
    Execution execution = dispatch("overdue", barrier(100, 2));
    var asked = await("it is asked", execution, counts(c -> c.getPreparing() == 1));
    assertThat(asked.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_PREPARING);

    fleet.killAndRestartServer();

    assertThat(fleet.operator().awaitSettled(execution.getId()).getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_ABORTED);
    assertThat(agent.linesOf("runs")).isEmpty();
  }

  @Test
  void agentKilledWhilePrepared_isAskedAgain_andTheBarrierHoldsTillThen() {
    AgentProcess first = agent("dies-1").launch();
    AgentProcess second = agent("dies-2").launch();
    first.awaitReady();
    second.awaitReady();
    let(first, "ready");
    Execution execution = dispatch("dies", barrier(100, 120));
    var half = await("one is prepared", execution, counts(c -> c.getPrepared() == 1));
    assertThat(stateOn(half, first)).isEqualTo(INVOCATION_STATE_PREPARED);

    first.kill();
    var unusedNode = fleet.operator().awaitOffline("dies-1");
    var waits = await("it waits again", execution, counts(c -> c.getPrepared() == 0));
    assertThat(stateOn(waits, first)).isEqualTo(INVOCATION_STATE_PENDING);
    let(second, "ready");
    var other = await("the other is prepared", execution, counts(c -> c.getPrepared() == 1));
    assertThat(other.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_PREPARING);
    first.launch().awaitReady();

    assertThat(fleet.operator().awaitSettled(execution.getId()).getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(first.linesOf("runs")).hasSize(1);
    assertThat(second.linesOf("runs")).hasSize(1);
  }

  @Test
  void cancelWhileItPrepares_settlesAtOnce_andTheNodeIsFreeAgain() {
    AgentProcess agent = agent("cancel-1").start();
    Execution execution = dispatch("cancel", barrier(100, 60));
    var asked = await("it is asked", execution, counts(c -> c.getPreparing() == 1));
    assertThat(stateOn(asked, agent)).isEqualTo(INVOCATION_STATE_PREPARING);

    Execution cancelled = fleet.operator().cancel(execution.getId());

    assertThat(cancelled.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_CANCELLED);
    Execution plain = fleet.operator().dispatchTo("work", "cancel-1");
    assertThat(fleet.operator().awaitSettled(plain.getId()).getCounts().getSucceeded())
        .isEqualTo(1);
    assertThat(agent.linesOf("runs")).hasSize(1);
  }

  @Test
  void lateNode_joinsOnceTheBarrierIsOpen_andWhoeverNeverIsReadyExpires() {
    AgentProcess first = agent("late-1").launch();
    AgentProcess second = agent("late-2").launch();
    AgentProcess third = agent("late-3").launch();
    List.of(first, second, third).forEach(AgentProcess::awaitReady);
    let(first, "ready");
    Execution execution = dispatch("late", barrier(30, 8));
    var open = await("the first ran", execution, counts(c -> c.getSucceeded() == 1));
    assertThat(open.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_RUNNING);

    let(second, "ready");

    Execution done = fleet.operator().awaitSettled(execution.getId());
    assertThat(done.getCounts().getSucceeded()).isEqualTo(2);
    assertThat(stateOn(done, third)).isEqualTo(INVOCATION_STATE_EXPIRED);
    assertThat(third.linesOf("runs")).isEmpty();
  }

  @Test
  void each_runsOnEveryNodeThatIsReady() {
    AgentProcess first = agent("each-1").launch();
    AgentProcess second = agent("each-2").launch();
    first.awaitReady();
    second.awaitReady();
    let(first, "ready");
    let(second, "unfit");

    Execution execution =
        dispatch("each", PreparePolicy.newBuilder().setMode(PrepareMode.PREPARE_MODE_EACH));
    Execution done = fleet.operator().awaitSettled(execution.getId());

    assertThat(done.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_FAILED);
    assertThat(done.getCounts().getSucceeded()).isEqualTo(1);
    assertThat(stateOn(execution, second)).isEqualTo(INVOCATION_STATE_REJECTED);
    assertThat(second.linesOf("runs")).isEmpty();
  }

  @Test
  void overlappingBarriers_onNodesOfOneSlot_bothFinish() {
    AgentProcess first = agent("overlap-1").launch();
    AgentProcess second = agent("overlap-2").launch();
    first.awaitReady();
    second.awaitReady();
    let(first, "ready");
    let(second, "ready");

    Execution older = dispatch("overlap", barrier(100, 60));
    Execution younger = dispatch("overlap", barrier(100, 60));

    assertThat(fleet.operator().awaitSettled(older.getId()).getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(fleet.operator().awaitSettled(younger.getId()).getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(first.linesOf("runs")).hasSize(2);
  }

  @Test
  void quorumAboveTheCohort_isRefused() {
    AgentProcess agent = agent("above-1").start();

    RefusedCall refused =
        RefusedCall.of(
            () -> {
              var unused =
                  dispatch(
                      "above",
                      PreparePolicy.newBuilder()
                          .setMode(PrepareMode.PREPARE_MODE_BARRIER)
                          .setQuorumCount(2));
            });

    assertThat(refused.codeAndReason()).isEqualTo("INVALID_ARGUMENT LIMIT_OUT_OF_RANGE");
    assertThat(agent.linesOf("runs")).isEmpty();
  }
}

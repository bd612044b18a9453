// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_ACKNOWLEDGED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_CANCELLED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_DISPATCHED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_STARTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.LocalProcesses;
import dev.muster.it.fleet.RefusedCall;
import dev.muster.it.fleet.ScriptedAgent;
import dev.muster.it.fleet.ScriptedServer;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.Invocation;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a cancel stops, at each moment at which it may come. */
final class CancelIT {
  private static final int LARGE_INPUT = 200 << 10;

  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  @Test
  void runningHook_isStoppedWithItsWholeTree() {
    AgentProcess agent = fleet.agent("runs");
    String pids = agent.folder().resolve("pids").toString();
    agent
        .hook(
            "linger",
            "trap '' TERM\necho $$ >> "
                + pids
                + "\nsetsid sh -c '(trap \"\" TERM; sh -c \"echo \\$PPID\" >> "
                + pids
                + "; while :; do sleep 600; done) & exit 0'"
                + "\nsleep 600\nsleep 600")
        .start();
    Execution execution = fleet.operator().dispatchTo("linger", "runs");
    fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_STARTED);
    List<Long> tree =
        Eventually.eventually(
                "two processes of the hook",
                Duration.ofSeconds(10),
                () -> agent.linesOf("pids"),
                lines -> lines.size() == 2)
            .stream()
            .map(Long::valueOf)
            .toList();

    var first = fleet.operator().cancel(execution.getId());
    var second = fleet.operator().cancel(execution.getId());
    Invocation cancelled =
        fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_CANCELLED);

    assertThat(first.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_CANCELLING);
    assertThat(second.getState())
        .isIn(ExecutionState.EXECUTION_STATE_CANCELLING, ExecutionState.EXECUTION_STATE_CANCELLED);
    assertThat(cancelled.getStarted()).isTrue();
    assertThat(tree).noneMatch(LocalProcesses::isAlive);
    RefusedCall third =
        RefusedCall.of(
            () -> {
              var unused = fleet.operator().cancel(execution.getId());
            });
    assertThat(third.codeAndReason()).isEqualTo("FAILED_PRECONDITION EXECUTION_ALREADY_TERMINAL");
  }

  @Test
  void executeStillInTheOutbox_isWithdrawn_andNeverRuns() {
    AgentProcess agent = fleet.agent("held-up");
    agent.hook("work", "echo $MUSTER_INVOCATION_ID >> " + agent.folder().resolve("runs")).start();
    signal("STOP", agent.program().pid());
    // The first fills what the transport takes from a node that does not read; the second waits
    // behind it.
    Execution written = dispatchLarge("held-up");
    for (int i = 0; i < 2; i++) {
      fleet
          .operator()
          .awaitInvocation(dispatchLarge("held-up").getId(), INVOCATION_STATE_DISPATCHED);
    }
    Execution waiting = dispatchLarge("held-up");
    fleet.operator().awaitInvocation(waiting.getId(), INVOCATION_STATE_DISPATCHED);

    var unused = fleet.operator().cancel(waiting.getId());
    Invocation withdrawn =
        fleet.operator().awaitInvocation(waiting.getId(), INVOCATION_STATE_CANCELLED);
    signal("CONT", agent.program().pid());

    assertThat(fleet.operator().awaitSettled(written.getId()).getCounts().getSucceeded())
        .isEqualTo(1);
    assertThat(withdrawn.getStarted()).isFalse();
    assertThat(withdrawn.getReason()).isEqualTo("WITHDRAWN");
    assertThat(agent.linesOf("runs")).doesNotContain(withdrawn.getId());
  }

  @Test
  void cancelWhileTheNodeIsAway_isCancelledOnceItProvesThatItNeverCame() {
    ScriptedAgent agent = fleet.scriptedAgent("away").action("work");
    ScriptedAgent.Stream first = agent.connect();
    Execution execution = fleet.operator().dispatchTo("work", "away");
    var unusedExecute = first.expectExecute();
    first.breakOff();
    var unusedNode = fleet.operator().awaitOffline("away");

    Execution cancelling = fleet.operator().cancel(execution.getId());
    ScriptedAgent.Stream second = agent.connect();

    assertThat(cancelling.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_CANCELLING);
    assertThat(fleet.operator().awaitSettled(execution.getId()).getCounts().getCancelled())
        .isEqualTo(1);
    assertThat(second.isSilentFor(Duration.ofMillis(300))).as("no EXECUTE").isTrue();
  }

  @Test
  void pendingInvocation_isCancelledAtOnce() {
    ScriptedAgent agent = fleet.scriptedAgent("gone").action("work");
    agent.connect().breakOff();
    var unused = fleet.operator().awaitOffline("gone");
    Execution execution = fleet.operator().dispatchTo("work", "gone");

    Execution cancelled = fleet.operator().cancel(execution.getId());

    assertThat(fleet.operator().awaitSettled(cancelled.getId()).getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_CANCELLED);
    assertThat(agent.connect().isSilentFor(Duration.ofMillis(300))).isTrue();
  }

  /**
   * The order that no server of ours produces at will: the node hears of the cancel before it hears
   * of the work.
   */
  @Test
  void cancelThatOvertakesItsExecute_leavesARunThatNeverHappens() {
    try (ScriptedServer server = new ScriptedServer()) {
      AgentProcess agent = fleet.agent("overtaken");
      agent
          .hook("work", "echo $MUSTER_INVOCATION_ID >> " + agent.folder().resolve("runs"))
          .setting("plaintext", "true")
          .launchTo(server.address(), server.joinToken());
      ScriptedServer.Session session = server.awaitSession();
      String cancelledId = UUID.randomUUID().toString();
      String controlId = UUID.randomUUID().toString();

      session.cancel(cancelledId);
      List<CallbackStep> answer = session.awaitSettled(cancelledId);
      session.execute(cancelledId, "work");
      session.execute(controlId, "work");
      List<CallbackStep> control = session.awaitSettled(controlId);

      // CANCELLED is legal only after ACKNOWLEDGED: the table would refuse it alone.
      assertThat(answer)
          .extracting(CallbackStep::getState)
          .containsExactly(INVOCATION_STATE_ACKNOWLEDGED, INVOCATION_STATE_CANCELLED);
      assertThat(answer).last().matches(step -> !step.getStarted());
      assertThat(control).last().matches(step -> step.getState().name().endsWith("SUCCEEDED"));
      assertThat(agent.linesOf("runs")).containsExactly(controlId);

      // Not after a restart either, and not once the server has acknowledged the cancel.
      agent.kill();
      agent.launchTo(server.address(), server.joinToken());
      ScriptedServer.Session next = server.awaitSession();
      String secondControlId = UUID.randomUUID().toString();
      next.execute(cancelledId, "work");
      next.execute(secondControlId, "work");
      var unused = next.awaitSettled(secondControlId);
      assertThat(agent.linesOf("runs")).containsExactly(controlId, secondControlId);
      agent.kill();
    }
  }

  private static Execution dispatchLarge(String node) {
    return fleet
        .operator()
        .dispatch(
            "work",
            request ->
                request
                    .addNodeIds(node)
                    .setInputJson("{\"fill\":\"" + "x".repeat(LARGE_INPUT) + "\"}"));
  }

  private static void signal(String name, long pid) {
    try {
      int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
      assertThat(code).isZero();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

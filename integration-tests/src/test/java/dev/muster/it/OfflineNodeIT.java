// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static dev.muster.it.fleet.ScriptedAgent.step;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_ACKNOWLEDGED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_LOST;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_PENDING;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_STARTED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.ScriptedAgent;
import dev.muster.proto.agent.v1.JournalEntry;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.OfflinePolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of work for a node that is not there, or whose stream breaks. */
final class OfflineNodeIT {
  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  @Test
  void invocationWaits_runsOnReconnect_orExpiresAndNeverRuns() {
    AgentProcess agent = fleet.agent("shy");
    agent.hook("work", "echo $MUSTER_INVOCATION_ID >> " + agent.folder().resolve("runs")).start();
    agent.stop();
    var unused = fleet.operator().awaitOffline("shy");

    Execution waits = fleet.operator().dispatchTo("work", "shy");
    Execution expires =
        fleet
            .operator()
            .dispatch(
                "work",
                request ->
                    request.addNodeIds("shy").setStartWithin(Duration.newBuilder().setSeconds(1)));
    Execution expired = fleet.operator().awaitSettled(expires.getId());
    Invocation waiting = fleet.operator().onlyInvocation(waits.getId());
    agent.launch();
    Execution done = fleet.operator().awaitSettled(waits.getId());

    assertThat(waiting.getState()).isEqualTo(INVOCATION_STATE_PENDING);
    assertThat(done.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(expired.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_FAILED);
    assertThat(expired.getCounts().getExpired()).isEqualTo(1);
    assertThat(agent.linesOf("runs")).containsExactly(waiting.getId());
  }

  @Test
  void skippedOfflineNodes_areListedAndCounted() {
    ScriptedAgent here = fleet.scriptedAgent("here").action("work");
    ScriptedAgent away = fleet.scriptedAgent("away").action("work");
    ScriptedAgent.Stream stream = here.connect();
    away.connect().breakOff();
    var unused = fleet.operator().awaitOffline("away");

    Execution execution =
        fleet
            .operator()
            .dispatch(
                "work",
                request ->
                    request
                        .addNodeIds("here")
                        .addNodeIds("away")
                        .setOffline(OfflinePolicy.OFFLINE_POLICY_SKIP));

    assertThat(execution.getCohortSize()).isEqualTo(1);
    assertThat(execution.getSkippedOffline()).isEqualTo(1);
    assertThat(fleet.operator().execution(execution.getId()).getSkippedNodeIdsList())
        .containsExactly(away.nodeId());
    assertThat(stream.expectExecute().getInvocationId()).isNotEmpty();
  }

  @Test
  void executeThatNeverArrived_isProvenAndHandedOverAgain() {
    ScriptedAgent agent = fleet.scriptedAgent("proves").action("work");
    ScriptedAgent.Stream first = agent.connect();
    Execution execution = fleet.operator().dispatchTo("work", "proves");
    String id = first.expectExecute().getInvocationId();

    first.breakOff();
    ScriptedAgent.Stream second = agent.connect();

    assertThat(second.expectExecute().getInvocationId()).isEqualTo(id);
    var unused =
        second.report(
            id,
            step(INVOCATION_STATE_ACKNOWLEDGED),
            step(INVOCATION_STATE_STARTED),
            step(INVOCATION_STATE_SUCCEEDED));
    assertThat(fleet.operator().awaitSettled(execution.getId()).getCounts().getSucceeded())
        .isEqualTo(1);
  }

  @Test
  void lostJournal_provesNothing_soItIsLost_andALateReportHeals() {
    ScriptedAgent agent = fleet.scriptedAgent("forgets").action("work");
    ScriptedAgent.Stream first = agent.connect();
    Execution execution = fleet.operator().dispatchTo("work", "forgets");
    String id = first.expectExecute().getInvocationId();
    first.breakOff();

    ScriptedAgent.Stream second = agent.loseJournal().connect();
    Invocation lost = fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_LOST);
    var unused =
        agent.report(
            id,
            step(INVOCATION_STATE_ACKNOWLEDGED),
            step(INVOCATION_STATE_STARTED),
            step(INVOCATION_STATE_SUCCEEDED));

    assertThat(lost.getReason()).isEqualTo("JOURNAL_LOST");
    assertThat(second.isSilentFor(java.time.Duration.ofMillis(300)))
        .as("not handed over again")
        .isTrue();
    assertThat(fleet.operator().execution(execution.getId()).getState())
        .isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
  }

  @Test
  void restoredDisk_provesNothing() {
    ScriptedAgent agent = fleet.scriptedAgent("restored").action("work");
    agent.connect().breakOff();
    ScriptedAgent.Stream second = agent.connect();
    Execution execution = fleet.operator().dispatchTo("work", "restored");
    var unused = second.expectExecute();
    second.breakOff();

    var unusedStream = agent.lastEpoch(1).connect();

    assertThat(
            fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_LOST).getReason())
        .isEqualTo("JOURNAL_LOST");
  }

  @Test
  void unreportedResultInTheJournal_countsAtReconnect() {
    ScriptedAgent agent = fleet.scriptedAgent("keeps").action("work");
    ScriptedAgent.Stream first = agent.connect();
    Execution execution = fleet.operator().dispatchTo("work", "keeps");
    String id = first.expectExecute().getInvocationId();
    first.breakOff();

    ScriptedAgent.Stream second =
        agent
            .journal(
                JournalEntry.newBuilder()
                    .setInvocationId(id)
                    .setEpoch(first.welcome().getEpoch())
                    .addSteps(step(INVOCATION_STATE_ACKNOWLEDGED))
                    .addSteps(step(INVOCATION_STATE_STARTED))
                    .addSteps(step(INVOCATION_STATE_SUCCEEDED))
                    .build())
            .connect();

    assertThat(fleet.operator().awaitSettled(execution.getId()).getCounts().getSucceeded())
        .isEqualTo(1);
    assertThat(second.welcome().getDirectivesList())
        .singleElement()
        .matches(directive -> directive.getInvocationId().equals(id))
        .matches(directive -> directive.getVerb().name().endsWith("FORGET"));
  }
}

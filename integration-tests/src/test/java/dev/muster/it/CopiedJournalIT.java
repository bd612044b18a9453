// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.type.v1.InvocationState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A disk that was copied while a command waited in its journal. The command runs from the original,
 * and the agent dies before it can tell; then the copy comes.
 */
final class CopiedJournalIT {
  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  @Test
  void restoredJournal_doesNotRunItsCommandAgain() {
    AgentProcess agent = agentWithWaitingCommand("restored");
    Execution work = waitingIn(agent);
    Path backup = fleet.backUp(agent);
    agent.launch();
    awaitDeath(agent);
    assertThat(runs(agent)).hasSize(1);

    fleet.restore(agent, backup);
    agent.launch();

    Invocation lost =
        fleet.operator().awaitInvocation(work.getId(), InvocationState.INVOCATION_STATE_LOST);
    assertThat(lost.getReason()).isEqualTo("JOURNAL_LOST");
    assertThat(goesOn("restored")).isTrue();
    assertThat(runs(agent)).containsExactly(lost.getId());
  }

  @Test
  void clonedJournal_doesNotRunItsCommandAgain() {
    AgentProcess original = agentWithWaitingCommand("cloned");
    Execution work = waitingIn(original);
    AgentProcess clone = fleet.twinOf(original);
    withHooks(clone, original.folder());
    original.launch();
    awaitDeath(original);
    assertThat(runs(original)).hasSize(1);

    clone.launch();

    Invocation lost =
        fleet.operator().awaitInvocation(work.getId(), InvocationState.INVOCATION_STATE_LOST);
    assertThat(lost.getReason()).isEqualTo("JOURNAL_LOST");
    assertThat(goesOn("cloned")).isTrue();
    assertThat(runs(original)).containsExactly(lost.getId());
  }

  /** Of one exclusive group, so that the second waits at the agent. */
  private static AgentProcess agentWithWaitingCommand(String name) {
    AgentProcess agent = fleet.agent(name).setting("slots", "2");
    withHooks(agent, agent.folder());
    return agent.start();
  }

  private static void withHooks(AgentProcess agent, Path folder) {
    agent
        .hook("block", "sleep 600")
        .sidecar("block", "{\"exclusive_group\":\"one\"}")
        // The parent of a hook is its agent.
        .hook("work", "echo $MUSTER_INVOCATION_ID >> " + folder.resolve("runs") + "\nkill -9 $PPID")
        .sidecar("work", "{\"exclusive_group\":\"one\"}")
        .hook("check", "echo fine");
  }

  /** Returns the execution that waits in the journal of an agent, which is dead then. */
  private static Execution waitingIn(AgentProcess agent) {
    Execution block = fleet.operator().dispatchTo("block", agent.name());
    fleet.operator().awaitInvocation(block.getId(), InvocationState.INVOCATION_STATE_STARTED);
    Execution work = fleet.operator().dispatchTo("work", agent.name());
    fleet.operator().awaitInvocation(work.getId(), InvocationState.INVOCATION_STATE_ACKNOWLEDGED);
    agent.kill();
    return work;
  }

  private static boolean goesOn(String node) {
    Execution check = fleet.operator().dispatchTo("check", node);
    return fleet.operator().awaitSettled(check.getId()).getCounts().getSucceeded() == 1;
  }

  private static List<String> runs(AgentProcess agent) {
    return agent.linesOf("runs");
  }

  private static void awaitDeath(AgentProcess agent) {
    Eventually.eventually(
        agent.name() + " is dead", Duration.ofSeconds(30), () -> !agent.program().isAlive());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.type.v1.InvocationState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An agent that is killed just where a run could be forgotten, or happen twice. */
final class KillPointIT {
  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  /** The parent of a hook is its agent. */
  private static final String KILL_THE_AGENT = "kill -9 $PPID";

  @Test
  void betweenRunAndJournal_byTheLastActOfTheRun_itIsLost_andDoesNotRunAgain() {
    AgentProcess agent = fleet.agent("last-act");
    agent
        .hook(
            "work",
            "echo run >> " + agent.folder().resolve("runs") + "\n" + KILL_THE_AGENT + "\nexit 0")
        .start();

    Execution execution = fleet.operator().dispatchTo("work", "last-act");
    awaitDeath(agent);
    agent.launch();
    Invocation lost =
        fleet.operator().awaitInvocation(execution.getId(), InvocationState.INVOCATION_STATE_LOST);

    assertThat(lost.getReason()).isEqualTo("AGENT_DIED_IN_RUN");
    assertThat(agent.linesOf("runs")).containsExactly("run");
  }

  @Test
  void betweenRunAndJournal_ofAnIdempotentAction_itRunsAgain_andTheHistorySaysSo() {
    AgentProcess agent = fleet.agent("last-act-again");
    agent
        .hook(
            "again",
            "echo $MUSTER_ATTEMPT >> "
                + agent.folder().resolve("runs")
                + "\n[ \"$MUSTER_ATTEMPT\" -gt 2 ] || "
                + KILL_THE_AGENT)
        .sidecar("again", "{\"idempotent\":true}")
        .start();

    Execution execution = fleet.operator().dispatchTo("again", "last-act-again");
    for (int death = 1; death <= 2; death++) {
      awaitDeath(agent);
      agent.launch();
    }
    Invocation succeeded =
        fleet
            .operator()
            .awaitInvocation(execution.getId(), InvocationState.INVOCATION_STATE_SUCCEEDED);

    assertThat(agent.linesOf("runs")).containsExactly("1", "2", "3");
    assertThat(fleet.operator().invocation(succeeded.getId()).getHistoryList())
        .extracting(InvocationTransition::getAttempt)
        .contains(3);
  }

  @Test
  void betweenJournalAndReport_theResultIsTold_byTheNextLife() throws IOException {
    AgentProcess agent = fleet.agent("untold");
    Path go = agent.folder().resolve("go");
    agent
        .hook(
            "wait",
            "echo run >> "
                + agent.folder().resolve("runs")
                + "\nwhile [ ! -e "
                + go
                + " ]; do sleep 0.05; done\necho whole")
        .start();
    Execution execution = fleet.operator().dispatchTo("wait", "untold");
    Invocation started =
        fleet
            .operator()
            .awaitInvocation(execution.getId(), InvocationState.INVOCATION_STATE_STARTED);

    fleet.server().kill(); // Nobody takes the report.
    Files.createFile(go);
    Path entry = agent.folder().resolve("state/journal/invocations/" + started.getId() + ".inv");
    Eventually.eventually(
        "the result is in the journal", Duration.ofSeconds(10), () -> has(entry, "whole"));
    agent.kill();
    agent.launch();
    fleet.restartServer();

    assertThat(fleet.operator().awaitSettled(execution.getId()).getCounts().getSucceeded())
        .isEqualTo(1);
    assertThat(fleet.operator().onlyInvocation(execution.getId()).getStdoutText())
        .isEqualTo("whole\n");
    assertThat(agent.linesOf("runs")).containsExactly("run");
  }

  private static boolean has(Path file, String text) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      return false; // It is just being replaced.
    }
  }

  private static void awaitDeath(AgentProcess agent) {
    Eventually.eventually(
        agent.name() + " is dead", Duration.ofSeconds(30), () -> !agent.program().isAlive());
  }
}

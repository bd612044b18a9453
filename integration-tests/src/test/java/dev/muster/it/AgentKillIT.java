// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.LocalProcesses;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.type.v1.InvocationState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** `kill -9` of an agent in the middle of a hook. */
final class AgentKillIT {
  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  @Test
  void survivingTree_isEndedBeforeLostIsReported() {
    AgentProcess agent = fleet.agent("tree");
    String pids = agent.folder().resolve("pids").toString();
    // A child, and a grandchild that left session and process group and whose parent is gone; all
    // of them ignore TERM.
    agent
        .hook(
            "linger",
            "trap '' TERM\necho $$ >> "
                + pids
                + "\n(trap '' TERM; echo $(exec sh -c 'echo $PPID') >> "
                + pids
                + "; sleep 600) &"
                + "\nsetsid sh -c '(trap \"\" TERM; sh -c \"echo \\$PPID\" >> "
                + pids
                + "; while :; do sleep 600; done) & exit 0'"
                + "\necho \"run $MUSTER_INVOCATION_ID\" >> "
                + agent.folder().resolve("runs")
                + "\nsleep 600")
        .start();
    Execution execution = fleet.operator().dispatchTo("linger", "tree");
    fleet.operator().awaitInvocation(execution.getId(), InvocationState.INVOCATION_STATE_STARTED);
    List<Long> tree =
        Eventually.eventually(
                "three processes of the hook",
                Duration.ofSeconds(10),
                () -> agent.linesOf("pids"),
                lines -> lines.size() == 3 && !agent.linesOf("runs").isEmpty())
            .stream()
            .map(Long::valueOf)
            .toList();

    agent.kill();
    assertThat(tree).as("the tree survives its agent").allMatch(LocalProcesses::isAlive);
    agent.launch();
    Invocation lost =
        fleet.operator().awaitInvocation(execution.getId(), InvocationState.INVOCATION_STATE_LOST);

    assertThat(tree).as("all dead once the server shows LOST").noneMatch(LocalProcesses::isAlive);
    assertThat(lost.getStarted()).isTrue();
    assertThat(agent.linesOf("runs")).as("it did not run again").hasSize(1);
    assertThat(LocalProcesses.mentioning(agent.folder().resolve("state").toString()))
        .as("whatever else the hook had started")
        .noneMatch(pid -> pid != agent.program().pid());
  }

  @Test
  void idempotentAction_runsAgain_andTheHistorySaysSo() {
    AgentProcess agent = fleet.agent("again");
    String attempts = agent.folder().resolve("attempts").toString();
    agent
        .hook(
            "sync",
            "echo $MUSTER_ATTEMPT >> " + attempts + "\n[ \"$MUSTER_ATTEMPT\" -gt 1 ] || sleep 600")
        .sidecar("sync", "{\"idempotent\":true}")
        .start();
    Execution execution = fleet.operator().dispatchTo("sync", "again");
    fleet.operator().awaitInvocation(execution.getId(), InvocationState.INVOCATION_STATE_STARTED);
    Eventually.eventually(
        "the first run", Duration.ofSeconds(10), () -> agent.linesOf("attempts").size() == 1);

    agent.kill();
    agent.launch();
    Invocation succeeded =
        fleet
            .operator()
            .awaitInvocation(execution.getId(), InvocationState.INVOCATION_STATE_SUCCEEDED);

    assertThat(agent.linesOf("attempts")).containsExactly("1", "2");
    assertThat(fleet.operator().invocation(succeeded.getId()).getHistoryList())
        .extracting(InvocationTransition::getAttempt)
        .contains(2);
  }

  @Test
  void acceptedAndNotStarted_runsOnceAfterTheAgentsDeath() {
    AgentProcess agent = fleet.agent("queue").setting("slots", "1");
    String runs = agent.folder().resolve("runs").toString();
    agent
        .hook("block", "echo block >> " + runs + "\nsleep 600")
        .hook("work", "echo \"$MUSTER_INVOCATION_ID\" >> " + runs)
        .start();
    Execution block = fleet.operator().dispatchTo("block", "queue");
    fleet.operator().awaitInvocation(block.getId(), InvocationState.INVOCATION_STATE_STARTED);
    Execution work = fleet.operator().dispatchTo("work", "queue");

    agent.kill();
    agent.launch();
    Invocation succeeded =
        fleet.operator().awaitInvocation(work.getId(), InvocationState.INVOCATION_STATE_SUCCEEDED);

    assertThat(fleet.operator().onlyInvocation(block.getId()).getState())
        .isEqualTo(InvocationState.INVOCATION_STATE_LOST);
    assertThat(agent.linesOf("runs")).containsOnlyOnce(succeeded.getId());
  }

  @Test
  void resultOfARunThatEndsWhileTheServerIsAway_arrivesThoughTheAgentRestartsToo()
      throws IOException {
    AgentProcess agent = fleet.agent("away");
    Path go = agent.folder().resolve("go");
    agent.hook("wait", "while [ ! -e " + go + " ]; do sleep 0.05; done; echo done").start();
    Execution execution = fleet.operator().dispatchTo("wait", "away");
    Invocation started =
        fleet
            .operator()
            .awaitInvocation(execution.getId(), InvocationState.INVOCATION_STATE_STARTED);

    fleet.server().kill();
    Files.createFile(go);
    agent
        .program()
        .awaitLine(Pattern.compile(started.getId() + ".*SUCCEEDED"), Duration.ofSeconds(10));
    agent.stop();
    agent.launch();
    fleet.restartServer();

    assertThat(fleet.operator().awaitSettled(execution.getId()).getCounts().getSucceeded())
        .isEqualTo(1);
    assertThat(fleet.operator().onlyInvocation(execution.getId()).getStdoutText())
        .isEqualTo("done\n");
  }
}

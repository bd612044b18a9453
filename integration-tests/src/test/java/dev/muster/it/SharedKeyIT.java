// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A disk that was copied with its key: two machines that are one node. */
final class SharedKeyIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern TOLD_TO_WAIT = Pattern.compile(".*RATE_LIMITED.*");

  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  @Test
  void twoAgentsWithOneKey_areToldOnTheNode_andTakeTurns() {
    AgentProcess original = fleet.agent("twin");
    original.hook("work", script(original)).start();
    original.stop();
    AgentProcess copy = fleet.twinOf(original);
    copy.hook("work", script(copy));

    original.launch().awaitConnected();
    copy.launch().awaitConnected();
    var unusedBack = original.awaitConnected(); // It was superseded, and comes back.

    List<String> warnings =
        Eventually.eventually(
            "the node tells of it",
            PATIENCE,
            () -> fleet.operator().node("twin").getWarningsList(),
            told -> !told.isEmpty());
    assertThat(warnings).singleElement().asString().contains("Two agents", "127.0.0.1");
    var unusedLine = copy.program().awaitLine(TOLD_TO_WAIT, PATIENCE);
    Execution done =
        fleet.operator().awaitSettled(fleet.operator().dispatchTo("work", "twin").getId());
    assertThat(done.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    List<String> runs = new ArrayList<>(original.linesOf("runs"));
    runs.addAll(copy.linesOf("runs"));
    assertThat(runs).hasSize(1);
  }

  private static String script(AgentProcess agent) {
    return "echo $MUSTER_INVOCATION_ID >> " + agent.folder().resolve("runs");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.it.fleet.RefusedCall;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.Node;
import dev.muster.proto.type.v1.InvocationState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A disk that takes nothing more, and then does again. */
final class StoreFailureIT {
  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  @Test
  void whileTheDiskIsFull_nothingIsPromised_andAllGoesOnAfterwards() throws Exception {
    AgentProcess agent = fleet.agent("steady");
    Path gate = agent.folder().resolve("gate");
    agent
        .hook(
            "slow",
            "echo $MUSTER_INVOCATION_ID >> "
                + agent.folder().resolve("runs")
                + "\nwhile [ ! -e "
                + gate
                + " ]; do sleep 0.1; done")
        .start();
    Execution slow = fleet.operator().dispatchTo("slow", "steady");
    var unusedStarted =
        fleet.operator().awaitInvocation(slow.getId(), InvocationState.INVOCATION_STATE_STARTED);
    Node before = fleet.operator().node("steady");

    diskTakes("1"); // Not a byte more in any file.
    RefusedCall refused = RefusedCall.of(() -> fleet.operator().dispatchTo("slow", "steady"));
    Files.createFile(gate); // It ends now, and its result is reported.
    RefusedCall still = RefusedCall.of(() -> fleet.operator().dispatchTo("slow", "steady"));
    Execution meanwhile = fleet.operator().execution(slow.getId());
    boolean healthy = fleet.operator().isHealthy();

    assertThat(List.of(refused.codeAndReason(), still.codeAndReason()))
        .containsOnly("UNAVAILABLE STORE_UNAVAILABLE");
    assertThat(meanwhile.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_RUNNING);
    assertThat(healthy).isTrue();

    diskTakes("unlimited");
    Execution settled = fleet.operator().awaitSettled(slow.getId());
    Execution next =
        fleet.operator().awaitSettled(fleet.operator().dispatchTo("slow", "steady").getId());

    assertThat(settled.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    assertThat(next.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
    // The session went through it all, and what was refused left nothing behind.
    assertThat(fleet.operator().node("steady").getEpoch()).isEqualTo(before.getEpoch());
    assertThat(fleet.operator().executionIds(50)).containsOnly(slow.getId(), next.getId());
    assertThat(agent.linesOf("runs")).hasSize(2).doesNotHaveDuplicates();
  }

  /** Bounds how large the server's files may grow, as a full disk does, while it runs. */
  private static void diskTakes(String bytes) throws IOException, InterruptedException {
    Process limit =
        new ProcessBuilder(
                "prlimit",
                "--pid",
                Long.toString(fleet.server().program().pid()),
                "--fsize=" + bytes + ":unlimited")
            .inheritIO()
            .start();
    assertThat(limit.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(limit.exitValue()).as("prlimit, of package util-linux").isZero();
  }
}

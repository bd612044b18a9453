// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.type.v1.InvocationState;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * `kill -9` of the server in the middle of its work. What ran is asserted from what the hooks
 * themselves wrote, not from what server or agents say.
 */
final class ServerKillIT {
  private static final int AGENTS = 4;
  private static final int EXECUTIONS = 50;
  private static final int INVOCATIONS = AGENTS * EXECUTIONS;
  private static final int KILLS = 3;
  private static final String RUNS = "runs";

  @RegisterExtension final FleetHarness fleet = new FleetHarness();

  private final List<AgentProcess> agents = new ArrayList<>();
  private final ExecutorService dispatcher = Executors.newSingleThreadExecutor();

  @BeforeEach
  void startAgents() {
    for (int i = 1; i <= AGENTS; i++) {
      AgentProcess agent = fleet.agent("node-" + i).label("fleet", "all").setting("slots", "8");
      // Two short lines appended by one write each: O_APPEND keeps them whole.
      agent.hook(
          "work",
          "echo \"start $MUSTER_INVOCATION_ID\" >> "
              + agent.folder().resolve(RUNS)
              + "\nsleep 0.2\necho \"end $MUSTER_INVOCATION_ID\" >> "
              + agent.folder().resolve(RUNS));
      agents.add(agent.launch());
    }
    agents.forEach(AgentProcess::awaitReady);
  }

  @AfterEach
  void stopDispatcher() {
    dispatcher.shutdownNow();
  }

  @Test
  void killedServer_losesNothing_andNothingRunsTwice() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    CompletableFuture<List<String>> dispatches =
        CompletableFuture.supplyAsync(this::dispatchAll, dispatcher);

    List<Integer> moments = new ArrayList<>();
    for (int kill = 0; kill < KILLS; kill++) {
      // Counted in started runs: the first kills fall among the dispatches, the later ones among
      // the results.
      int moment = begun() + 1 + random.nextInt(INVOCATIONS / (KILLS + 1));
      moments.add(moment);
      Eventually.eventually(
          moment + " runs have begun", Duration.ofSeconds(60), () -> begun() >= moment);
      fleet.killAndRestartServer();
    }

    List<String> executions = dispatches.get();
    String story = "seed " + seed + ", killed when runs had begun: " + moments;
    List<Invocation> invocations = new ArrayList<>();
    for (String id : executions) {
      Execution settled = fleet.operator().awaitSettled(id);
      assertThat(settled.getState()).as(story).isEqualTo(ExecutionState.EXECUTION_STATE_SUCCEEDED);
      invocations.addAll(fleet.operator().invocations(id));
    }
    assertThat(executions).as(story).doesNotHaveDuplicates().hasSize(EXECUTIONS);
    assertThat(fleet.operator().executionIds(7))
        .as(story)
        .containsExactlyInAnyOrderElementsOf(executions);
    assertThat(invocations)
        .as(story)
        .hasSize(INVOCATIONS)
        .allMatch(
            invocation -> invocation.getState() == InvocationState.INVOCATION_STATE_SUCCEEDED);
    assertThat(linesPerRun())
        .as(story)
        .isEqualTo(
            invocations.stream()
                .flatMap(
                    invocation ->
                        List.of("start " + invocation.getId(), "end " + invocation.getId())
                            .stream())
                .collect(Collectors.toMap(Function.identity(), line -> 1L)));
  }

  /**
   * Dispatches one execution after another to all nodes, each repeated under its request id until
   * it is acknowledged.
   */
  private List<String> dispatchAll() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < EXECUTIONS; i++) {
      String requestId = "work-" + i;
      ids.add(dispatch(requestId).getId());
    }
    return ids;
  }

  private Execution dispatch(String requestId) {
    while (true) {
      try {
        return fleet
            .operator()
            .executions()
            .dispatchExecution(
                DispatchExecutionRequest.newBuilder()
                    .setAction("work")
                    .setSelector("fleet=all")
                    .setRequestId(requestId)
                    .build())
            .getExecution();
      } catch (StatusRuntimeException e) {
        // The server was killed in the call: whether it is recorded is not known, which is what the
        // request id is for.
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
          throw e;
        }
      }
    }
  }

  private int begun() {
    return (int)
        agents.stream()
            .flatMap(agent -> agent.linesOf(RUNS).stream())
            .filter(line -> line.startsWith("start "))
            .count();
  }

  private Map<String, Long> linesPerRun() {
    return agents.stream()
        .flatMap(agent -> agent.linesOf(RUNS).stream())
        .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
  }
}

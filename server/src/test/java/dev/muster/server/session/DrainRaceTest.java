// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/**
 * Dispatches that come while the server goes down. Guards against the one that is acknowledged and
 * missing, the one that is refused and there all the same, the one that nobody answers, and the
 * hand-over of which only half happened: committed and not sent, or sent and not committed.
 */
@Timeout(300)
final class DrainRaceTest {
  private static final int ROUNDS = 50;
  private static final int DISPATCHERS = 3;
  private static final TestStore store = TestStore.openInMemory();

  private final ExecutorService threads = Executors.newFixedThreadPool(DISPATCHERS);
  private final Random random = new Random();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @AfterAll
  static void closeStore() {
    store.close();
  }

  @RepeatedTest(2)
  void drain_againstDispatch() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      SessionHarness server = new SessionHarness(store);
      Node node = server.node();
      RecordingOutbound out = new RecordingOutbound();
      NodeSession session = server.open(node, out, 10_000);
      Queue<ExecutionId> acknowledged = new ConcurrentLinkedQueue<>();
      Queue<ExecutionId> refused = new ConcurrentLinkedQueue<>();
      AtomicInteger begun = new AtomicInteger();
      List<Future<?>> dispatchers = new ArrayList<>();
      for (int i = 0; i < DISPATCHERS; i++) {
        dispatchers.add(
            threads.submit(() -> dispatchUntilRefused(server, node, begun, acknowledged, refused)));
      }
      int enough = random.nextInt(20);
      while (begun.get() < enough) {
        Thread.onSpinWait();
      }

      server.close();

      for (Future<?> dispatcher : dispatchers) {
        dispatcher.get(20, TimeUnit.SECONDS); // Every call is answered.
      }
      check(session, out, acknowledged, refused);
    }
  }

  private static void dispatchUntilRefused(
      SessionHarness server,
      Node node,
      AtomicInteger begun,
      Queue<ExecutionId> acknowledged,
      Queue<ExecutionId> refused) {
    while (true) {
      ExecutionId id = server.newExecutionId();
      begun.incrementAndGet();
      try {
        server.dispatch(id, Duration.ofHours(1), node);
        acknowledged.add(id);
      } catch (BusException e) {
        assertThat(e.reason()).isEqualTo(ErrorReason.SERVER_DRAINING);
        refused.add(id);
        return;
      }
    }
  }

  /** As a server that starts again finds it. */
  private static void check(
      NodeSession session,
      RecordingOutbound out,
      Queue<ExecutionId> acknowledged,
      Queue<ExecutionId> refused) {
    assertThat(refused).hasSize(DISPATCHERS);
    Set<InvocationId> sent = new HashSet<>();
    out.executed.forEach(invocation -> assertThat(sent.add(invocation.id())).isTrue());
    store.read(
        tx -> {
          for (ExecutionId id : refused) {
            assertThat(tx.executions().find(id)).as("refused").isEmpty();
          }
          Set<InvocationId> handedOver = new HashSet<>();
          for (ExecutionId id : acknowledged) {
            assertThat(tx.executions().find(id)).as("acknowledged").isPresent();
            List<Invocation> invocations = tx.invocations().ofExecution(id, -1, Set.of(), 10);
            assertThat(invocations).hasSize(1);
            assertThat(invocations.get(0).state()).isEqualTo(InvocationState.DISPATCHED);
            assertThat(invocations.get(0).epoch()).isEqualTo(session.epoch());
            handedOver.add(invocations.get(0).id());
          }
          assertThat(sent).as("sent, and handed over").isEqualTo(handedOver);
          return true;
        });
  }
}

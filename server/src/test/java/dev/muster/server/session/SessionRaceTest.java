// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static dev.muster.server.invocation.InvocationState.ACKNOWLEDGED;
import static dev.muster.server.invocation.InvocationState.CANCELLED;
import static dev.muster.server.invocation.InvocationState.STARTED;
import static dev.muster.server.invocation.InvocationState.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationSamples;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/**
 * Two threads that meet at the worst moment, many times, on the real ledger and store: whichever
 * comes first, what is left behind is right.
 */
@Timeout(120)
final class SessionRaceTest {
  private static final int MEETINGS = 150;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final TestStore store = TestStore.open();

  private final SessionHarness server = new SessionHarness(store);
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final CyclicBarrier meeting = new CyclicBarrier(2);

  @AfterEach
  void stop() {
    threads.shutdownNow();
    server.close();
  }

  @AfterAll
  static void closeStore() {
    store.close();
  }

  @RepeatedTest(2)
  void cancel_againstResult() throws Exception {
    Node node = server.node();
    RecordingOutbound out = new RecordingOutbound();
    NodeSession session = server.open(node, out, 64);
    long sequence = 0;
    for (int i = 0; i < MEETINGS; i++) {
      ExecutionId execution = server.dispatch(HOUR, node);
      Invocation invocation = server.only(execution);
      long first = ++sequence;
      meet(
          () -> cancelUnlessSettled(execution),
          () -> session.callback(first, invocation.id(), steps(ACKNOWLEDGED, STARTED, SUCCEEDED)));
      server.settle();
      if (server.find(invocation.id()).state() != SUCCEEDED) {
        throw new AssertionError("a result was lost: " + server.find(invocation.id()));
      }
      // What the node answers to the CANCEL comes too late, and changes nothing.
      session.callback(++sequence, invocation.id(), steps(CANCELLED));
      server.settle();
      Invocation settled = server.find(invocation.id());
      assertThat(settled.state()).isEqualTo(SUCCEEDED);
      assertThat(server.progress(execution).counts()).isEqualTo(server.counted(execution));
      assertThat(server.progress(execution).state().isSettled()).isTrue();
    }
  }

  @RepeatedTest(2)
  void cancel_againstHandOver() throws Exception {
    for (int i = 0; i < MEETINGS; i++) {
      Node node = server.node();
      ExecutionId execution = server.dispatch(HOUR, node); // It waits: the node is not here.
      Invocation waiting = server.only(execution);
      RecordingOutbound out = new RecordingOutbound();
      NodeSession session = server.connect(node, out);
      session.hello(SessionHarness.hello(0, 4));
      server.settle();
      meet(() -> session.epochConfirmed(session.epoch()), () -> server.cancel(execution));
      server.settle();
      Invocation left = server.find(waiting.id());
      boolean sent = out.sent().contains("EXECUTE");
      assertThat(left.state()).isIn(CANCELLED, InvocationState.DISPATCHED);
      // Either it never went out, or the node is asked to end it.
      assertThat(sent).isEqualTo(left.state() == InvocationState.DISPATCHED);
      assertThat(out.cancelled).hasSize(sent ? 1 : 0);
      assertThat(server.progress(execution).counts()).isEqualTo(server.counted(execution));
      session.streamEnded();
    }
  }

  @RepeatedTest(2)
  void attach_againstAttach_andAgainstDetach() throws Exception {
    Node node = server.node();
    long epoch = 0;
    for (int i = 0; i < MEETINGS; i++) {
      RecordingOutbound first = new RecordingOutbound();
      RecordingOutbound second = new RecordingOutbound();
      NodeSession one = server.connect(node, first);
      NodeSession other = server.connect(node, second);
      boolean leaves = i % 2 == 0;
      meet(
          () -> {
            one.hello(SessionHarness.hello(0, 4));
            if (leaves) {
              one.streamEnded();
            }
          },
          () -> other.hello(SessionHarness.hello(0, 4)));
      server.settle();
      @Nullable NodeSession newest = server.registry.find(node.id()).orElse(null);
      if (newest == null) {
        // The one that left came last: it superseded the other, whose agent connects again.
        assertThat(leaves).isTrue();
        assertThat(second.closedWith()).contains(ErrorReason.SESSION_SUPERSEDED);
        continue;
      }
      assertThat(leaves ? List.of(other) : List.of(one, other)).contains(newest);
      assertThat(newest.epoch()).isGreaterThan(epoch);
      epoch = newest.epoch();
      NodeSession older = newest == one ? other : one;
      assertThat(older.isEnded()).isTrue();
      assertThat(newest.isEnded()).isFalse();
      newest.streamEnded();
      server.settle();
      assertThat(server.registry.isOnline(node.id())).isFalse();
    }
  }

  @RepeatedTest(2)
  void revoke_againstConnect() throws Exception {
    Set<ErrorReason> refusals = EnumSet.noneOf(ErrorReason.class);
    for (int i = 0; i < MEETINGS; i++) {
      Node node = server.node();
      ExecutionId execution = server.dispatch(HOUR, node);
      RecordingOutbound out = new RecordingOutbound();
      NodeSession session = server.connect(node, out);
      meet(
          () -> {
            server.revoke(node);
            server.registry.find(node.id()).ifPresent(live -> live.close(revoked()));
          },
          () -> session.hello(SessionHarness.hello(0, 4)));
      server.settle();
      out.closedWith().ifPresent(refusals::add);
      assertThat(server.registry.isOnline(node.id())).as("a revoked node's session").isFalse();
      assertThat(server.only(execution).state()).isEqualTo(InvocationState.REJECTED);
      assertThat(out.sent()).doesNotContain("EXECUTE");
    }
    assertThat(refusals).containsOnly(ErrorReason.NSK_REVOKED);
  }

  private void cancelUnlessSettled(ExecutionId execution) {
    try {
      server.cancel(execution);
    } catch (IllegalStateException e) {
      assertThat(e).hasRootCauseMessage("CANCEL_ASKED is not legal in SUCCEEDED");
    }
  }

  private static BusException revoked() {
    return BusException.of(ErrorReason.NSK_REVOKED).message("The node was revoked.").build();
  }

  /** Lets both begin at once, and waits for both. */
  private void meet(Runnable one, Runnable other) throws Exception {
    List<Future<?>> both = new ArrayList<>();
    for (Runnable task : List.of(one, other)) {
      both.add(
          threads.submit(
              () -> {
                try {
                  meeting.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                  throw new IllegalStateException(e);
                }
                task.run();
              }));
    }
    for (Future<?> task : both) {
      try {
        task.get();
      } catch (ExecutionException e) {
        throw new AssertionError(e.getCause());
      }
    }
  }

  private static List<ReportedStep> steps(InvocationState... states) {
    return Stream.of(states).map(InvocationSamples::step).toList();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static dev.muster.server.invocation.InvocationSamples.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.PrepareMode;
import dev.muster.server.execution.PreparePolicy;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Node;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Executions whose nodes get ready first: sessions, ledger and store, without a wire. */
final class BarrierTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final TestStore store = TestStore.open();

  private SessionHarness server;

  @BeforeEach
  void start() {
    server = new SessionHarness(store);
    server.barriers.start(server.clock.timer());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @AfterAll
  static void closeStore() {
    store.close();
  }

  /** One node with a session. */
  private final class Ready {
    final Node node = server.node();
    RecordingOutbound out = new RecordingOutbound();
    NodeSession session;
    private long sequence;

    Ready(int slots) {
      session = server.open(node, out, slots);
    }

    void report(InvocationId id, InvocationState... states) {
      session.callback(
          ++sequence,
          id,
          java.util.Arrays.stream(states)
              .map(dev.muster.server.invocation.InvocationSamples::step)
              .toList());
      server.settle();
    }

    void prepared(ExecutionId execution) {
      report(of(execution).id(), InvocationState.PREPARED);
    }

    Invocation of(ExecutionId execution) {
      return server.invocations(execution).stream()
          .filter(invocation -> invocation.nodeId().equals(node.id()))
          .findFirst()
          .orElseThrow();
    }

    InvocationState state(ExecutionId execution) {
      return of(execution).state();
    }

    /** The agent comes back on a new stream. */
    void reconnect(int slots, InvocationId... reservations) {
      out = new RecordingOutbound();
      sequence = 0;
      long epoch = session.epoch();
      session = server.connect(node, out);
      session.hello(SessionHarness.hello(new byte[16], epoch, slots, false, Set.of(reservations)));
      server.settle();
      session.epochConfirmed(session.epoch());
      server.settle();
    }
  }

  private static PreparePolicy barrier(int quorum) {
    return new PreparePolicy(PrepareMode.BARRIER, quorum, 0, MINUTE);
  }

  private static PreparePolicy each() {
    return new PreparePolicy(PrepareMode.EACH, 0, 0, MINUTE);
  }

  private ExecutionState state(ExecutionId execution) {
    return server.progress(execution).state();
  }

  private void pass(Duration time) {
    server.clock.jump(time);
    for (int i = 0; i < 4; i++) {
      server.clock.advance(Duration.ofSeconds(1));
      server.settle();
    }
  }

  @Test
  void quorumThatStands_opensTheBarrier_andNothingWasSentBefore() {
    Ready a = new Ready(1);
    Ready b = new Ready(1);
    ExecutionId id = server.dispatch(HOUR, barrier(2), a.node, b.node);

    a.prepared(id);

    assertThat(state(id)).isEqualTo(ExecutionState.PREPARING);
    assertThat(a.out.executed).isEmpty();
    b.prepared(id);
    assertThat(state(id)).isEqualTo(ExecutionState.RUNNING);
    assertThat(a.out.executed).hasSize(1);
    assertThat(b.out.executed).hasSize(1);
    assertThat(a.session.available()).as("the reservation was the slot").isZero();
    a.report(
        a.of(id).id(),
        InvocationState.ACKNOWLEDGED,
        InvocationState.STARTED,
        InvocationState.SUCCEEDED);
    assertThat(a.state(id)).isEqualTo(InvocationState.SUCCEEDED);
    assertThat(a.session.available()).isEqualTo(1);
  }

  @Test
  void refusalThatPutsTheQuorumOutOfReach_abortsAtOnce_andReservationsAreGivenUp() {
    Ready a = new Ready(1);
    Ready b = new Ready(1);
    ExecutionId id = server.dispatch(HOUR, barrier(2), a.node, b.node);
    a.prepared(id);

    b.report(b.of(id).id(), InvocationState.REJECTED);

    assertThat(state(id)).isEqualTo(ExecutionState.ABORTED);
    assertThat(a.state(id)).isEqualTo(InvocationState.CANCELLED);
    assertThat(a.out.released).containsExactly(a.of(id).id());
    assertThat(a.out.executed).isEmpty();
    assertThat(b.out.released).isEmpty();
    assertThat(a.session.available()).isEqualTo(1);
    assertThat(server.read(tx -> tx.executions().find(id)).orElseThrow().stateReason())
        .contains("the quorum is 2 of 2");
  }

  @Test
  void deadline_abortsWhatDoesNotStand() {
    Ready a = new Ready(1);
    Node absent = server.node();
    ExecutionId id = server.dispatch(HOUR, barrier(2), a.node, absent);
    a.prepared(id);

    pass(MINUTE);

    assertThat(state(id)).isEqualTo(ExecutionState.ABORTED);
    assertThat(server.states(id)).containsExactly("CANCELLED", "CANCELLED");
    assertThat(a.out.released).hasSize(1);
    assertThat(server.barriers.size()).isZero();
  }

  @Test
  void readinessOfASessionThatEnded_doesNotCount() {
    Ready a = new Ready(1);
    Ready b = new Ready(1);
    ExecutionId id = server.dispatch(HOUR, barrier(2), a.node, b.node);
    a.prepared(id);

    a.session.streamEnded();
    server.settle();

    assertThat(a.state(id)).isEqualTo(InvocationState.PENDING);
    b.prepared(id);
    assertThat(state(id)).isEqualTo(ExecutionState.PREPARING);
    a.reconnect(1);
    assertThat(a.state(id)).isEqualTo(InvocationState.PREPARING);
    a.prepared(id);
    assertThat(state(id)).isEqualTo(ExecutionState.RUNNING);
  }

  @Test
  void newStream_takesOverWhatItsHelloLists_andNothingElse() {
    Ready a = new Ready(2);
    Ready b = new Ready(1);
    ExecutionId listed = server.dispatch(HOUR, barrier(2), a.node, b.node);
    ExecutionId unlisted = server.dispatch(HOUR, barrier(1), a.node);
    ExecutionId other = server.dispatch(HOUR, barrier(2), a.node, b.node);
    a.prepared(listed);
    InvocationId kept = a.of(listed).id();
    assertThat(state(unlisted)).isEqualTo(ExecutionState.PREPARING);

    a.reconnect(2, kept, new InvocationId(new java.util.UUID(7, 7)));

    assertThat(a.state(listed)).isEqualTo(InvocationState.PREPARED);
    assertThat(a.of(listed).epoch()).isEqualTo(a.session.epoch());
    assertThat(a.state(unlisted)).as("asked again").isEqualTo(InvocationState.PREPARING);
    assertThat(a.state(other)).as("no slot").isEqualTo(InvocationState.PENDING);
    assertThat(a.out.released).as("kept for nothing").hasSize(1).doesNotContain(kept);
    b.prepared(listed);
    assertThat(state(listed)).as("what was taken over counts").isEqualTo(ExecutionState.RUNNING);
    assertThat(a.out.executed).extracting(Invocation::id).containsExactly(kept);
  }

  @Test
  void restart_takesUpBarriersAndDeadlines() {
    Ready a = new Ready(1);
    Ready b = new Ready(1);
    ExecutionId id = server.dispatch(HOUR, barrier(2), a.node, b.node);
    a.prepared(id);
    long epoch = a.session.epoch();
    InvocationId kept = a.of(id).id();
    Node asked = b.node;
    server.kill();

    server = new SessionHarness(store);
    server.barriers.proceedAfterRestart();
    server.barriers.start(server.clock.timer());
    server.settle();

    assertThat(server.states(id)).containsExactlyInAnyOrder("PREPARED", "PENDING");
    RecordingOutbound outB = new RecordingOutbound();
    NodeSession sessionB = server.open(asked, outB, 1, 1);
    sessionB.callback(
        1, outB.prepared.get(0).id(), java.util.List.of(step(InvocationState.PREPARED)));
    server.settle();
    assertThat(state(id))
        .as("nobody knows that a is still ready")
        .isEqualTo(ExecutionState.PREPARING);
    RecordingOutbound outA = new RecordingOutbound();
    NodeSession sessionA =
        server.connect(
            server.read(tx -> tx.nodes().find(server.find(kept).nodeId())).orElseThrow(), outA);
    sessionA.hello(SessionHarness.hello(new byte[16], epoch, 1, false, Set.of(kept)));
    server.settle();
    sessionA.epochConfirmed(sessionA.epoch());
    server.settle();
    server.clock.advance(Duration.ofSeconds(1));
    server.settle();
    assertThat(state(id)).isEqualTo(ExecutionState.RUNNING);
    assertThat(outA.executed).hasSize(1);
    assertThat(outB.executed).hasSize(1);
  }

  @Test
  void lateNode_joinsAnOpenBarrier_andExpiresBehindTheDeadline() {
    Ready a = new Ready(1);
    Ready late = new Ready(1);
    Node never = server.node();
    late.session.streamEnded();
    server.settle();
    ExecutionId id = server.dispatch(HOUR, barrier(1), a.node, late.node, never);
    a.prepared(id);
    assertThat(state(id)).isEqualTo(ExecutionState.RUNNING);

    late.reconnect(1);
    late.prepared(id);

    assertThat(late.out.executed).hasSize(1);
    pass(MINUTE);
    assertThat(server.states(id)).containsExactly("DISPATCHED", "DISPATCHED", "EXPIRED");
  }

  @Test
  void each_executesOncePrepared_andExpiresOtherwise() {
    Ready a = new Ready(1);
    Ready b = new Ready(1);
    ExecutionId id = server.dispatch(HOUR, each(), a.node, b.node);
    assertThat(state(id)).isEqualTo(ExecutionState.RUNNING);

    a.prepared(id);

    assertThat(a.out.executed).hasSize(1);
    assertThat(b.out.executed).isEmpty();
    pass(MINUTE);
    assertThat(server.states(id)).containsExactly("DISPATCHED", "EXPIRED");
    assertThat(b.out.released).hasSize(1);
    assertThat(b.session.available()).isEqualTo(1);
  }

  @Test
  void cancelWhileItWaits_settlesAtOnce() {
    Ready a = new Ready(1);
    Ready b = new Ready(1);
    Node absent = server.node();
    ExecutionId id = server.dispatch(HOUR, barrier(3), a.node, b.node, absent);
    a.prepared(id);

    server.cancel(id);

    assertThat(state(id)).isEqualTo(ExecutionState.CANCELLED);
    assertThat(server.states(id)).containsOnly("CANCELLED");
    assertThat(a.out.released).containsExactly(a.of(id).id());
    assertThat(b.out.released).containsExactly(b.of(id).id());
    assertThat(a.session.available()).isEqualTo(1);
  }

  @Test
  void preparedNode_mayChangeItsMind() {
    Ready a = new Ready(1);
    Ready b = new Ready(1);
    ExecutionId id = server.dispatch(HOUR, barrier(1), a.node, b.node);
    // Both refuse in the end: the second one puts the quorum out of reach.
    b.report(b.of(id).id(), InvocationState.REJECTED);
    assertThat(state(id)).isEqualTo(ExecutionState.PREPARING);

    a.report(a.of(id).id(), InvocationState.REJECTED);

    assertThat(state(id)).isEqualTo(ExecutionState.ABORTED);
  }

  @Test
  void youngerBarrier_yieldsWhatItKeeps_toAnOlderOneThatComesLater() {
    Ready a = new Ready(1);
    Ready b = new Ready(1);
    Ready c = new Ready(1);
    ExecutionId younger = server.dispatch(HOUR, barrier(2), b.node, c.node);
    b.prepared(younger);

    // As when a slice of a large cohort is made late: it is as old as its execution.
    server.clock.jump(Duration.ofSeconds(-10));
    ExecutionId older = server.dispatch(HOUR, barrier(2), a.node, b.node);
    server.clock.jump(Duration.ofSeconds(10));
    server.settle();

    assertThat(b.state(younger)).isEqualTo(InvocationState.PENDING);
    assertThat(b.of(younger).reason()).isEqualTo("OLDER_BARRIER");
    assertThat(b.state(older)).isEqualTo(InvocationState.PREPARING);
    assertThat(b.out.sent()).containsSubsequence("RELEASE", "PREPARE");
    c.prepared(younger);
    a.prepared(older);
    b.prepared(older);
    assertThat(state(older)).isEqualTo(ExecutionState.RUNNING);
    assertThat(state(younger)).isEqualTo(ExecutionState.PREPARING);
  }

  @Test
  void youngerBarrier_thatIsStillAsked_yieldsOnceItIsReady() {
    Ready a = new Ready(1);
    Ready b = new Ready(1);
    Ready c = new Ready(1);
    ExecutionId younger = server.dispatch(HOUR, barrier(2), b.node, c.node);
    server.clock.jump(Duration.ofSeconds(-10));
    ExecutionId older = server.dispatch(HOUR, barrier(2), a.node, b.node);
    server.clock.jump(Duration.ofSeconds(10));
    server.settle();
    assertThat(b.state(younger)).isEqualTo(InvocationState.PREPARING);

    b.prepared(younger);

    assertThat(b.state(younger)).isEqualTo(InvocationState.PENDING);
    assertThat(b.state(older)).isEqualTo(InvocationState.PREPARING);
  }

  @Test
  void olderBarrier_isFirstInLineWhereBothWait() {
    Ready a = new Ready(1);
    Ready b = new Ready(1);
    // The older one comes to b only when the younger has b's slot: b was away.
    b.session.streamEnded();
    server.settle();
    ExecutionId older = server.dispatch(HOUR, barrier(2), a.node, b.node);
    server.clock.advance(Duration.ofSeconds(1));
    Ready c = new Ready(1);
    ExecutionId younger = server.dispatch(HOUR, barrier(2), b.node, c.node);
    c.prepared(younger);
    a.prepared(older);

    b.reconnect(1);

    assertThat(b.out.prepared).extracting(Invocation::executionId).containsExactly(older);
    b.prepared(older);
    assertThat(state(older)).isEqualTo(ExecutionState.RUNNING);
    Map<ExecutionId, InvocationState> states = new HashMap<>();
    states.put(younger, b.state(younger));
    assertThat(states).containsEntry(younger, InvocationState.PENDING);
    b.report(
        b.of(older).id(),
        InvocationState.ACKNOWLEDGED,
        InvocationState.STARTED,
        InvocationState.SUCCEEDED);
    assertThat(b.out.prepared).hasSize(2);
    b.prepared(younger);
    assertThat(state(younger)).isEqualTo(ExecutionState.RUNNING);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static dev.muster.server.invocation.InvocationSamples.step;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.delivery.PacedSends;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.PrepareMode;
import dev.muster.server.execution.PreparePolicy;
import dev.muster.server.execution.RolloutPolicy;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to a large cohort between its commit and its turn to be sent. */
@Timeout(120)
final class LargeCohortTest {
  private static final Duration HOUR = Duration.ofHours(1);

  /** More unsent than those with which the next slice is written. */
  private static final int BACKLOG = 10 * PacedSends.PORTION;

  private static final TestStore store = TestStore.openInMemory();

  private final SessionHarness server = SessionHarness.simulated(store);
  private final Map<Node, RecordingOutbound> outs = new LinkedHashMap<>();
  private final Map<Node, NodeSession> sessions = new LinkedHashMap<>();

  @AfterEach
  void stop() {
    server.close();
  }

  @AfterAll
  static void closeStore() {
    store.close();
  }

  @Test
  void cancel_beforeItsTurn_withdrawsIt_asInASmallCohort() {
    // Bug: CANCEL went out, and EXECUTE behind it, for each of ten thousand nodes.
    connect(PacedSends.PORTION + 1);
    server.holdSends();
    ExecutionId execution = server.dispatch(HOUR, nodes());
    assertThat(server.states(execution)).containsOnly("DISPATCHED");

    server.cancel(execution);
    server.letSendsGo();

    assertThat(server.invocations(execution))
        .allSatisfy(
            invocation -> {
              assertThat(invocation.state()).isEqualTo(InvocationState.CANCELLED);
              assertThat(invocation.started()).isFalse();
              assertThat(invocation.reason()).isEqualTo("WITHDRAWN");
            });
    assertThat(outs.values())
        .allSatisfy(
            out -> {
              assertThat(out.executed).isEmpty();
              assertThat(out.cancelled).isEmpty();
            });
    assertThat(sessions.values()).extracting(NodeSession::available).containsOnly(1);
  }

  @Test
  void cancel_behindItsTurn_asksTheNode() {
    connect(PacedSends.PORTION + 1);
    ExecutionId execution = server.dispatch(HOUR, nodes());

    server.cancel(execution);

    assertThat(server.states(execution)).containsOnly("DISPATCHED");
    assertThat(outs.values())
        .allSatisfy(
            out -> {
              assertThat(out.executed).hasSize(1);
              assertThat(out.cancelled).hasSize(1);
            });
  }

  @Test
  void whatSettlesBeforeItsTurn_isNotSent_andTheRestIs() {
    // Bug: it was sent all the same, and the session held it until it ended.
    connect(PacedSends.PORTION + 1);
    server.holdSends();
    server.dispatch(HOUR, nodes());
    Node revoked = nodes()[3];

    server.revoke(revoked);
    server.letSendsGo();

    outs.forEach(
        (node, out) -> assertThat(out.executed).hasSize(node.id().equals(revoked.id()) ? 0 : 1));
  }

  @Test
  void whatIsSentInTurn_isDecidedFromMemory_asAnyOther() {
    connect(PacedSends.PORTION + 1);
    server.holdSends();
    ExecutionId execution = server.dispatch(HOUR, nodes());
    server.letSendsGo();

    sessions.forEach(
        (node, session) ->
            session.callback(
                1,
                out(node).executed.get(0).id(),
                List.of(
                    step(InvocationState.ACKNOWLEDGED),
                    step(InvocationState.STARTED),
                    step(InvocationState.SUCCEEDED))));
    server.settle();

    assertThat(server.states(execution)).containsOnly("SUCCEEDED");
    assertThat(sessions.values()).extracting(NodeSession::available).containsOnly(1);
  }

  @Test
  void dispatchToOneNode_isNotHeldUp_byThousandsThatAreStillToBeSent() {
    int cohort = 3_000;
    connect(cohort, 2);
    Node[] all = nodes();
    server.holdSends();
    ExecutionId large = server.dispatch(HOUR, all);
    assertThat(in(large, InvocationState.DISPATCHED)).isEqualTo(cohort);
    assertThat(outs.values()).allSatisfy(out -> assertThat(out.executed).isEmpty());

    ExecutionId small = server.dispatch(HOUR, all[cohort - 1]);

    assertThat(out(all[cohort - 1]).executed)
        .extracting(Invocation::executionId)
        .containsExactly(small);
    server.letSendsGo();
    assertThat(outs.values()).allSatisfy(out -> assertThat(out.executed).isNotEmpty());
  }

  @Test
  void largeCohort_takesNoMoreThanTheSlots_andTheNextDispatchComesNext() {
    connect(PacedSends.PORTION + 1);
    Node[] all = nodes();
    ExecutionId large = server.dispatch(HOUR, all);
    ExecutionId second = server.dispatch(HOUR, all[0]);
    ExecutionId third = server.dispatch(HOUR, all);
    assertThat(server.states(second)).containsExactly("PENDING");

    InvocationId first = out(all[0]).executed.get(0).id();
    session(all[0])
        .callback(
            1, first, List.of(step(InvocationState.ACKNOWLEDGED), step(InvocationState.REJECTED)));
    server.settle();

    assertThat(out(all[0]).executed)
        .extracting(Invocation::executionId)
        .containsExactly(large, second);
    assertThat(server.states(third)).containsOnly("PENDING");
  }

  @Test
  void openedBarrier_isReleasedByOneChain_thatGoesByThePace() {
    // Bug: each look, twice a second, began one more.
    int cohort = 2_100;
    connect(cohort);
    ExecutionId execution =
        server.dispatch(
            HOUR,
            new PreparePolicy(PrepareMode.BARRIER, cohort, 0, Duration.ofMinutes(20)),
            nodes());
    server.barriers.start(server.clock.timer());
    server.holdSends();

    outs.forEach(
        (node, out) -> {
          InvocationId prepared = out.prepared.get(0).id();
          session(node).callback(1, prepared, List.of(step(InvocationState.PREPARED)));
        });
    server.settle();
    assertThat(in(execution, InvocationState.DISPATCHED)).isEqualTo(2_000);
    server.clock.advance(Duration.ofSeconds(3));
    server.settle();

    assertThat(in(execution, InvocationState.DISPATCHED)).isEqualTo(2_000);
    server.letSendsGo();
    assertThat(in(execution, InvocationState.DISPATCHED)).isEqualTo(cohort);
    assertThat(outs.values()).allSatisfy(out -> assertThat(out.executed).hasSize(1));
  }

  @Test
  void waveOfManyNodes_isOpenedByOneChain_thatGoesByThePace() {
    // Bug: what settled meanwhile began another, and the two wrote ahead of what was sent.
    Node[] offline = new Node[1_200];
    for (int i = 0; i < offline.length; i++) {
      offline[i] = server.node();
    }
    server.holdSends();
    for (int i = 0; i < BACKLOG; i++) {
      server.pacedSends.send(() -> {});
    }
    ExecutionId execution =
        server.dispatch(
            HOUR, new RolloutPolicy(offline.length, 0, 0, 0, 0, Duration.ZERO), offline);
    int first = server.invocations(execution).size();
    assertThat(first).isPositive().isLessThan(offline.length);

    server.revoke(find(server.invocations(execution).get(0), offline));
    server.settle();

    assertThat(server.invocations(execution)).hasSize(first);
    server.letSendsGo();
    assertThat(server.invocations(execution)).hasSize(offline.length);
  }

  private static Node find(Invocation invocation, Node... nodes) {
    return List.of(nodes).stream()
        .filter(node -> node.id().equals(invocation.nodeId()))
        .findFirst()
        .orElseThrow();
  }

  private void connect(int count) {
    connect(count, 1);
  }

  private void connect(int count, int slots) {
    for (int i = 0; i < count; i++) {
      Node node = server.node();
      RecordingOutbound out = new RecordingOutbound();
      outs.put(node, out);
      sessions.put(node, server.open(node, out, slots));
    }
  }

  private Node[] nodes() {
    return new ArrayList<>(outs.keySet()).toArray(Node[]::new);
  }

  private RecordingOutbound out(Node node) {
    return requireNonNull(outs.get(node));
  }

  private NodeSession session(Node node) {
    return requireNonNull(sessions.get(node));
  }

  private int in(ExecutionId execution, InvocationState state) {
    return server.progress(execution).counts().in(state);
  }
}

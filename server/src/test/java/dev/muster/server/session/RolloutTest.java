// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static dev.muster.server.session.SessionHarness.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.muster.server.delivery.Deadlines;
import dev.muster.server.execution.Execution;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.PrepareMode;
import dev.muster.server.execution.PreparePolicy;
import dev.muster.server.execution.RolloutPolicy;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationSamples;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Node;
import dev.muster.server.request.RequestKey;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Executions that go out in portions, and pauses: sessions, ledger and store, without a wire. */
final class RolloutTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final TestStore store = TestStore.open();

  private SessionHarness server;

  @BeforeEach
  void start() {
    server = server();
  }

  private static SessionHarness server() {
    SessionHarness server = new SessionHarness(store);
    server.barriers.start(server.clock.timer());
    server.rollouts.start(server.clock.timer());
    new Deadlines(server.ledger, server.moves, server.clock, Duration.ZERO)
        .start(server.clock.timer());
    return server;
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
    final Node node;
    final RecordingOutbound out = new RecordingOutbound();
    final NodeSession session;
    private long sequence;

    Ready() {
      this(server.node());
    }

    Ready(Node node) {
      this.node = node;
      session = server.open(node, out, 4);
    }

    void end(ExecutionId execution, InvocationState end) {
      report(execution, InvocationState.ACKNOWLEDGED, InvocationState.STARTED, end);
    }

    void report(ExecutionId execution, InvocationState... states) {
      session.callback(
          ++sequence,
          of(execution).orElseThrow().id(),
          Stream.of(states).map(InvocationSamples::step).toList());
      server.settle();
    }

    boolean isAsked(ExecutionId execution) {
      return out.executed.stream().anyMatch(sent -> sent.executionId().equals(execution));
    }

    Optional<Invocation> of(ExecutionId execution) {
      return server.invocations(execution).stream()
          .filter(invocation -> invocation.nodeId().equals(node.id()))
          .findFirst();
    }
  }

  private List<Ready> ready(int nodes) {
    List<Ready> ready = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      ready.add(new Ready());
    }
    return ready;
  }

  private static Node[] nodes(List<Ready> ready) {
    return ready.stream().map(agent -> agent.node).toArray(Node[]::new);
  }

  private static RolloutPolicy atOnce(int parallel) {
    return new RolloutPolicy(parallel, 0, 0, 0, 0, Duration.ZERO);
  }

  private static RolloutPolicy budget(int parallel, int failures) {
    return new RolloutPolicy(parallel, 0, 0, failures, 0, Duration.ZERO);
  }

  private ExecutionState state(ExecutionId id) {
    return server.progress(id).state();
  }

  private Execution execution(ExecutionId id) {
    return server.read(tx -> tx.executions().find(id)).orElseThrow();
  }

  private int pending(ExecutionId id) {
    return server.progress(id).counts().in(InvocationState.PENDING);
  }

  private List<Ready> asked(List<Ready> all, ExecutionId id) {
    return all.stream().filter(agent -> agent.isAsked(id)).toList();
  }

  private void pause(ExecutionId id) {
    var unused = server.pauses.pause(id, key("Pause"), ALICE, "lunch");
    server.settle();
  }

  private void resume(ExecutionId id) {
    var unused = server.pauses.resume(id, key("Resume"), ALICE, "");
    server.settle();
  }

  private static RequestKey key(String method) {
    return new RequestKey("op-1", "default", method, "", Sha256.hash());
  }

  private void pass(Duration time) {
    server.clock.jump(time);
    for (int i = 0; i < 4; i++) {
      server.clock.advance(Duration.ofSeconds(1));
      server.settle();
    }
  }

  @Test
  void soManyRunAtOnce_andEachThatEndsLetsTheNextBegin() {
    List<Ready> agents = ready(4);
    ExecutionId id = server.dispatch(HOUR, atOnce(2), nodes(agents));

    assertThat(asked(agents, id)).hasSize(2);
    assertThat(pending(id)).as("those that wait for their wave").isEqualTo(2);
    assertThat(server.invocations(id)).hasSize(2);

    agents.get(0).end(id, InvocationState.SUCCEEDED);
    assertThat(asked(agents, id)).hasSize(3);
    agents.get(1).end(id, InvocationState.FAILED);
    agents.get(2).end(id, InvocationState.SUCCEEDED);
    assertThat(state(id)).isEqualTo(ExecutionState.RUNNING);
    agents.get(3).end(id, InvocationState.SUCCEEDED);

    assertThat(state(id)).isEqualTo(ExecutionState.FAILED);
    assertThat(server.counted(id)).isEqualTo(server.progress(id).counts());
    assertThat(server.rollouts.size()).isZero();
    List<ExecutionId> open = server.read(tx -> tx.rollouts().open());
    assertThat(open).doesNotContain(id);
  }

  @Test
  void connectedNodesGoFirst() {
    Node away = server.node();
    Ready here = new Ready();
    Ready alsoHere = new Ready();
    ExecutionId id = server.dispatch(HOUR, atOnce(1), away, here.node, alsoHere.node);

    assertThat(here.isAsked(id)).isTrue();
    here.end(id, InvocationState.SUCCEEDED);
    assertThat(alsoHere.isAsked(id)).isTrue();
    alsoHere.end(id, InvocationState.SUCCEEDED);
    assertThat(pending(id)).isEqualTo(1);

    Ready back = new Ready(away);
    back.end(id, InvocationState.SUCCEEDED);
    assertThat(state(id)).isEqualTo(ExecutionState.SUCCEEDED);
  }

  @Test
  void startWithin_countsFromTheWave() {
    Ready here = new Ready();
    Node away = server.node();
    ExecutionId id = server.dispatch(HOUR, atOnce(1), here.node, away);
    pass(MINUTE.multipliedBy(10));
    assertThat(pending(id)).as("its wave has not opened").isEqualTo(1);

    here.end(id, InvocationState.SUCCEEDED);

    Invocation late = server.invocations(id).get(1);
    assertThat(late.nodeId()).isEqualTo(away.id());
    assertThat(late.startDeadline()).isEqualTo(late.releaseTime().plus(HOUR));
    assertThat(late.releaseTime()).isAfter(execution(id).createTime().plusSeconds(600));
    pass(HOUR);
    assertThat(server.states(id)).containsExactly("SUCCEEDED", "EXPIRED");
    assertThat(state(id)).isEqualTo(ExecutionState.FAILED);
  }

  @Test
  void oneAtATime_pausedByItsBudget_hasExactlySoManyFailures() {
    List<Ready> agents = ready(8);
    ExecutionId id = server.dispatch(HOUR, budget(1, 3), nodes(agents));
    InvocationState[] ends = {
      InvocationState.FAILED,
      InvocationState.SUCCEEDED,
      InvocationState.TIMED_OUT,
      InvocationState.FAILED
    };
    for (int i = 0; i < ends.length; i++) {
      agents.get(i).end(id, ends[i]);
    }

    assertThat(state(id)).isEqualTo(ExecutionState.PAUSED);
    assertThat(server.states(id))
        .containsExactly("FAILED", "SUCCEEDED", "TIMED_OUT", "FAILED")
        .hasSize(4);
    assertThat(asked(agents, id)).hasSize(4);
    assertThat(execution(id).stateReason())
        .startsWith("3 failures, and 3 pause it: 1 SUCCEEDED, 2 FAILED, 1 TIMED_OUT.");

    resume(id);
    assertThat(execution(id).stateReason()).isEmpty();
    agents.get(4).report(id, InvocationState.ACKNOWLEDGED, InvocationState.REJECTED);
    agents.get(5).end(id, InvocationState.FAILED);
    assertThat(state(id)).isEqualTo(ExecutionState.RUNNING);
    agents.get(6).end(id, InvocationState.FAILED);
    assertThat(state(id)).as("as many again").isEqualTo(ExecutionState.PAUSED);
    assertThat(execution(id).stateReason()).startsWith("3 failures since it was resumed");
    assertThat(asked(agents, id)).hasSize(7);
  }

  @Test
  void budgetWithoutWaves_keepsBackWhatStillWaits() {
    List<Ready> agents = ready(2);
    Node away = server.node();
    ExecutionId id =
        server.dispatch(HOUR, budget(0, 2), agents.get(0).node, agents.get(1).node, away);
    assertThat(asked(agents, id)).hasSize(2);

    agents.get(0).end(id, InvocationState.FAILED);
    agents.get(1).end(id, InvocationState.FAILED);

    assertThat(state(id)).isEqualTo(ExecutionState.PAUSED);
    Ready back = new Ready(away);
    assertThat(back.isAsked(id)).isFalse();
    resume(id);
    assertThat(back.isAsked(id)).isTrue();
    back.end(id, InvocationState.SUCCEEDED);
    assertThat(state(id)).isEqualTo(ExecutionState.FAILED);
  }

  @Test
  void canaries_letTheOthersGoOnceAllHaveSucceeded() {
    List<Ready> agents = ready(5);
    ExecutionId id =
        server.dispatch(HOUR, new RolloutPolicy(0, 0, 2, 0, 0, Duration.ZERO), nodes(agents));
    assertThat(asked(agents, id)).hasSize(2);

    agents.get(0).end(id, InvocationState.SUCCEEDED);
    assertThat(asked(agents, id)).hasSize(2);
    agents.get(1).end(id, InvocationState.SUCCEEDED);

    assertThat(asked(agents, id)).hasSize(5);
  }

  @Test
  void canaryThatDoesNotSucceed_pauses_andAResumeGoesOnWithoutIt() {
    List<Ready> agents = ready(4);
    ExecutionId id =
        server.dispatch(HOUR, new RolloutPolicy(0, 0, 2, 0, 0, Duration.ZERO), nodes(agents));
    agents.get(0).end(id, InvocationState.FAILED);

    assertThat(state(id)).isEqualTo(ExecutionState.PAUSED);
    assertThat(execution(id).stateReason()).startsWith("Not every canary succeeded: 1 FAILED.");
    agents.get(1).end(id, InvocationState.SUCCEEDED);
    assertThat(asked(agents, id)).as("what was under way ended, nothing more began").hasSize(2);

    resume(id);
    assertThat(asked(agents, id)).hasSize(4);
  }

  @Test
  void pauseBetween_passesBeforeTheNextWave() {
    List<Ready> agents = ready(5);
    ExecutionId id = server.dispatch(HOUR, new RolloutPolicy(2, 0, 1, 0, 0, MINUTE), nodes(agents));
    agents.get(0).end(id, InvocationState.SUCCEEDED);
    pass(MINUTE.minusSeconds(10));
    assertThat(asked(agents, id)).hasSize(1);
    pass(Duration.ofSeconds(10));
    assertThat(asked(agents, id)).hasSize(3);
    agents.get(1).end(id, InvocationState.SUCCEEDED);
    pass(MINUTE);
    assertThat(asked(agents, id)).as("the wave is not over").hasSize(3);
    agents.get(2).end(id, InvocationState.FAILED);
    assertThat(asked(agents, id)).hasSize(3);

    pass(MINUTE);

    assertThat(asked(agents, id)).hasSize(5);
  }

  @Test
  void serverThatDies_goesOnWhereItWas() {
    Node[] nodes = {server.node(), server.node(), server.node(), server.node()};
    List<Ready> before = Stream.of(nodes).map(Ready::new).toList();
    ExecutionId id = server.dispatch(HOUR, budget(1, 2), nodes);
    before.get(0).end(id, InvocationState.FAILED);
    assertThat(asked(before, id)).hasSize(2);
    Invocation outstanding = before.get(1).of(id).orElseThrow();

    server.kill();
    server = server();
    server.rollouts.proceedAfterRestart();
    server.settle();
    Ready back = new Ready(nodes[2]);
    Ready last = new Ready(nodes[3]);
    pass(Duration.ofSeconds(3));

    assertThat(server.invocations(id)).as("one is under way").hasSize(2);
    assertThat(back.isAsked(id)).isFalse();
    RecordingOutbound out = new RecordingOutbound();
    NodeSession session = server.connect(nodes[1], out);
    session.hello(
        SessionHarness.hello(
            outstanding.epoch(),
            1,
            new AgentHello.JournalItem(
                outstanding.id(),
                outstanding.epoch(),
                Stream.of(
                        InvocationState.ACKNOWLEDGED,
                        InvocationState.STARTED,
                        InvocationState.FAILED)
                    .map(InvocationSamples::step)
                    .toList(),
                false,
                false)));
    server.settle();

    assertThat(state(id)).as("the second failure").isEqualTo(ExecutionState.PAUSED);
    assertThat(server.states(id)).containsExactly("FAILED", "FAILED");
    resume(id);
    assertThat(back.isAsked(id)).isTrue();
    assertThat(last.isAsked(id)).isFalse();
    back.end(id, InvocationState.SUCCEEDED);
    last.end(id, InvocationState.SUCCEEDED);
    assertThat(state(id)).isEqualTo(ExecutionState.FAILED);
  }

  @Test
  void cancel_reachesThoseThatWaitForTheirWave() {
    List<Ready> agents = ready(3);
    ExecutionId id = server.dispatch(HOUR, atOnce(1), nodes(agents));
    agents.get(0).end(id, InvocationState.SUCCEEDED);

    server.cancel(id);

    assertThat(server.states(id)).containsExactly("SUCCEEDED", "DISPATCHED", "CANCELLED");
    agents.get(1).end(id, InvocationState.SUCCEEDED);
    assertThat(state(id)).isEqualTo(ExecutionState.CANCELLED);
    assertThat(agents.get(2).isAsked(id)).isFalse();
    assertThat(server.counted(id)).isEqualTo(server.progress(id).counts());
  }

  @Test
  void historyOfWhatIsCancelledBeforeItsWave_beginsWithPending() {
    List<Ready> agents = ready(2);
    ExecutionId id = server.dispatch(HOUR, atOnce(1), nodes(agents));

    server.cancel(id);

    Invocation waited = agents.get(1).of(id).orElseThrow();
    List<HistoryEntry> history = server.read(tx -> tx.invocations().history(waited.id()));
    assertThat(history)
        .extracting(HistoryEntry::from, HistoryEntry::to)
        .containsExactly(
            tuple(null, InvocationState.PENDING),
            tuple(InvocationState.PENDING, InvocationState.CANCELLED));
  }

  @Test
  void cancelWhilePaused_isOver_whenNothingIsUnderWay() {
    List<Ready> agents = ready(3);
    ExecutionId id = server.dispatch(HOUR, budget(1, 1), nodes(agents));
    agents.get(0).end(id, InvocationState.FAILED);
    assertThat(state(id)).isEqualTo(ExecutionState.PAUSED);

    server.cancel(id);

    assertThat(state(id)).isEqualTo(ExecutionState.CANCELLED);
    assertThat(server.states(id)).containsExactly("FAILED", "CANCELLED", "CANCELLED");
  }

  @Test
  void expireTime_endsWhatIsPaused_andThoseThatWaitForTheirWave() {
    List<Ready> agents = ready(3);
    ExecutionId id = server.dispatch(HOUR, budget(1, 1), nodes(agents));
    agents.get(0).end(id, InvocationState.FAILED);

    pass(Duration.ofDays(8));

    assertThat(server.states(id)).containsExactly("FAILED", "EXPIRED", "EXPIRED");
    assertThat(state(id)).isEqualTo(ExecutionState.FAILED);
    assertThat(asked(agents, id)).hasSize(1);
  }

  @Test
  void paused_handsNothingOver_andTheStartDeadlineStandsStill() {
    Node away = server.node();
    ExecutionId id = server.dispatch(HOUR, away);
    pass(MINUTE);
    pause(id);
    assertThat(execution(id).stateReason()).isEqualTo("Paused by alice: lunch");

    pass(HOUR.multipliedBy(3));
    Ready back = new Ready(away);
    assertThat(back.isAsked(id)).isFalse();
    assertThat(server.states(id)).containsExactly("PENDING");
    back.session.streamEnded();
    server.settle();

    resume(id);
    assertThat(state(id)).isEqualTo(ExecutionState.RUNNING);
    pass(HOUR.minus(MINUTE.multipliedBy(2)));
    assertThat(server.states(id)).as("it has most of its hour left").containsExactly("PENDING");
    pass(MINUTE.multipliedBy(2));
    assertThat(server.states(id)).containsExactly("EXPIRED");
  }

  @Test
  void resume_wakesNodesThatAreHere() {
    Node away = server.node();
    ExecutionId id = server.dispatch(HOUR, away);
    pause(id);
    Ready back = new Ready(away);
    ExecutionId other = server.dispatch(HOUR, away);
    assertThat(back.isAsked(other)).as("another execution is not held up").isTrue();

    resume(id);

    assertThat(back.isAsked(id)).isTrue();
  }

  @Test
  void pausedWithAllUnderWayDone_settlesByItself() {
    List<Ready> agents = ready(2);
    ExecutionId well = server.dispatch(HOUR, nodes(agents));
    ExecutionId badly = server.dispatch(HOUR, nodes(agents));
    pause(well);
    pause(badly);

    agents.get(0).end(well, InvocationState.SUCCEEDED);
    agents.get(0).end(badly, InvocationState.FAILED);
    assertThat(state(well)).isEqualTo(ExecutionState.PAUSED);
    agents.get(1).end(well, InvocationState.SUCCEEDED);
    agents.get(1).end(badly, InvocationState.SUCCEEDED);

    assertThat(state(well)).isEqualTo(ExecutionState.SUCCEEDED);
    assertThat(state(badly)).isEqualTo(ExecutionState.FAILED);
  }

  @Test
  void eachThatGotReadyWhilePaused_runsAfterTheResume() {
    Ready agent = new Ready();
    ExecutionId id =
        server.dispatch(HOUR, new PreparePolicy(PrepareMode.EACH, 0, 0, HOUR), agent.node);
    pause(id);
    agent.report(id, InvocationState.PREPARED);
    assertThat(agent.isAsked(id)).isFalse();

    resume(id);
    pass(Duration.ofSeconds(1));

    assertThat(agent.isAsked(id)).isTrue();
  }

  @Test
  void largeWave_opensInParts() {
    Ready here = new Ready();
    Node[] nodes = new Node[1_300];
    nodes[0] = here.node;
    for (int i = 1; i < nodes.length; i++) {
      nodes[i] = server.node();
    }

    ExecutionId id = server.dispatch(HOUR, atOnce(1_200), nodes);

    assertThat(server.invocations(id)).hasSize(1_200);
    assertThat(here.isAsked(id)).isTrue();
    pass(HOUR);
    assertThat(server.invocations(id)).hasSize(1_300);
    assertThat(server.progress(id).counts().in(InvocationState.EXPIRED)).isEqualTo(1_199);
  }

  @Test
  void storeThatFails_isAskedAgain() {
    List<Ready> agents = ready(2);
    ExecutionId id = server.dispatch(HOUR, new RolloutPolicy(1, 0, 0, 0, 0, MINUTE), nodes(agents));
    agents.get(0).end(id, InvocationState.SUCCEEDED);

    server.failStore(true);
    pass(MINUTE);
    assertThat(agents.get(1).isAsked(id)).isFalse();
    server.failStore(false);
    pass(Duration.ofSeconds(1));
    assertThat(agents.get(1).isAsked(id)).isTrue();
    agents.get(1).end(id, InvocationState.SUCCEEDED);

    assertThat(state(id)).isEqualTo(ExecutionState.SUCCEEDED);
  }
}

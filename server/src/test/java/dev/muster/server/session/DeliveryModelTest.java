// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.muster.server.delivery.Deadlines;
import dev.muster.server.execution.ExecutionId;
import dev.muster.server.execution.ExecutionProgress;
import dev.muster.server.execution.ExecutionState;
import dev.muster.server.execution.PrepareMode;
import dev.muster.server.execution.PreparePolicy;
import dev.muster.server.execution.RolloutPolicy;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.InvocationTransitions;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.ledger.Ledger;
import dev.muster.server.node.Node;
import dev.muster.server.request.RequestKey;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Random courses of a small fleet: crashes, a server that is killed, lost messages, restored and
 * lost disks, cancels, pauses, waves, deadlines, a store that fails. After every step the promises
 * of delivery are checked against what really ran. All is real but the wire and the time: rules,
 * sessions, ledger, and a store in memory where the system has such a place. One thread does
 * everything, so a seed gives the same course each time.
 *
 * <p>{@code -Dmuster.model.seed=…} runs one seed again, {@code -Dmuster.model.trace=true} with
 * every step told; {@code -Dmuster.model.steps=…} and {@code -Dmuster.model.seeds=…} run more.
 */
final class DeliveryModelTest {
  private static final int STEPS = Integer.getInteger("muster.model.steps", 1_000);
  private static final int SEEDS = Integer.getInteger("muster.model.seeds", 100);

  /** Courses that are the same in each build, so many that each end of a barrier is among them. */
  private static final int FIXED = 9;

  private static final boolean TRACE = Boolean.getBoolean("muster.model.trace");
  private static final TestStore store = TestStore.openInMemory();
  private static final RequestKey KEY =
      new RequestKey("op-1", "default", "Pause", "", Sha256.hash());

  /** What barriers came to, over all courses. */
  private static final Set<InvocationState> ends = EnumSet.noneOf(InvocationState.class);

  private static final Set<ExecutionState> verdicts = EnumSet.noneOf(ExecutionState.class);

  @AfterAll
  static void everyCourseOfABarrier_wasTaken() {
    if (Long.getLong("muster.model.seed") == null) {
      assertThat(verdicts)
          .contains(
              ExecutionState.PREPARING,
              ExecutionState.RUNNING,
              ExecutionState.ABORTED,
              ExecutionState.CANCELLED,
              ExecutionState.FAILED);
      assertThat(ends)
          .contains(
              InvocationState.PREPARED,
              InvocationState.SUCCEEDED,
              InvocationState.REJECTED,
              InvocationState.CANCELLED,
              InvocationState.EXPIRED);
    }
  }

  /** A store that fails, and cancels that come too late, are told with a trace each. */
  @BeforeAll
  static void quietly() {
    ((Logger) LoggerFactory.getLogger(Ledger.class)).setLevel(Level.OFF);
  }

  @AfterAll
  static void closeStore() {
    ((Logger) LoggerFactory.getLogger(Ledger.class)).setLevel(null);
    store.close();
  }

  static Stream<Long> seeds() {
    Long seed = Long.getLong("muster.model.seed");
    return seed != null
        ? Stream.of(seed)
        : LongStream.range(0, SEEDS).boxed().map(i -> i < FIXED ? i : new Random().nextLong());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whateverHappens_thePromisesHold(long seed) {
    try (Course course = new Course(SessionHarness.simulated(store, seed), seed)) {
      for (int i = 0; i < STEPS; i++) {
        course.step(i);
      }
      course.letItEnd();
    } catch (Throwable e) {
      throw new AssertionError(
          "replay with -Dmuster.model.seed=" + seed + ": " + e.getMessage(), e);
    }
  }

  /** An execution that may still change, as it was looked at last. */
  private record Known(ExecutionProgress progress, List<Invocation> invocations) {}

  /** One course. */
  private static final class Course implements AutoCloseable {
    private SessionHarness server;
    private final Random random;
    private final List<SimulatedAgent> agents = new ArrayList<>();
    private final List<ExecutionId> executions = new ArrayList<>();
    private final Map<ExecutionId, Known> open = new LinkedHashMap<>();
    private final Set<ExecutionId> barriers = new HashSet<>();
    private final Map<InvocationId, InvocationState> seen = new HashMap<>();
    private final Map<ExecutionId, RolloutPolicy> rollouts = new HashMap<>();
    private final Map<ExecutionId, Set<InvocationId>> paused = new HashMap<>();
    private String last = "";

    Course(SessionHarness server, long seed) {
      this.server = server;
      this.random = new Random(seed);
      for (int i = 0; i < 3; i++) {
        agents.add(new SimulatedAgent(server, server.node(), random));
      }
      lookFromNowOn();
    }

    private void lookFromNowOn() {
      server.barriers.start(server.clock.timer());
      server.rollouts.start(server.clock.timer());
      new Deadlines(server.ledger, server.moves, server.clock, Duration.ZERO)
          .start(server.clock.timer());
    }

    @Override
    public void close() {
      server.close();
    }

    void step(int number) {
      SimulatedAgent agent = agents.get(random.nextInt(agents.size()));
      int dice = random.nextInt(200);
      if (dice < 12) {
        dispatch();
      } else if (dice < 26) {
        act("connect", agent::connect);
      } else if (dice < 32) {
        act("disconnect", agent::disconnect);
      } else if (dice < 35) {
        act("crash", agent::crash);
      } else if (dice < 38) {
        act("snapshot", () -> snapshot(agent));
      } else if (dice < 40) {
        act("restore", () -> restore(agent));
      } else if (dice < 41) {
        act("wipe", agent::wipe);
      } else if (dice < 44) {
        cancel();
      } else if (dice < 46) {
        pauseOrResume();
      } else if (dice < 49) {
        act("time", () -> pass(Duration.ofSeconds(random.nextInt(900))));
      } else if (dice < 51) {
        act("fail", () -> server.failStore(true));
      } else if (dice < 57) {
        act("recover", this::recover);
      } else if (dice < 105) {
        act("read", agent::read);
      } else if (dice < 110) {
        act("read cancel", agent::readCancel);
      } else if (dice < 140) {
        act("start", agent::start);
      } else if (dice < 141) {
        act("unready", agent::unready);
      } else if (dice < 165) {
        act("finish", agent::finish);
      } else if (dice < 198) {
        act("report", agent::report);
      } else {
        act("kill", () -> killServer(agent));
      }
      server.settle();
      if (TRACE) {
        System.out.println(number + " " + last + " " + agents.indexOf(agent) + " " + agent);
      }
      check(number);
    }

    /**
     * The server dies, now and then with what it was just told, or behind a commit of which nobody
     * hears; and comes back.
     */
    private void killServer(SimulatedAgent agent) {
      boolean isCommitted = random.nextBoolean();
      if (isCommitted) {
        server.failStore(false);
        server.dieAfterCommit();
      }
      switch (random.nextInt(3)) {
        case 0 -> agent.connect();
        case 1 -> agent.read();
        default -> agent.report();
      }
      if (isCommitted) {
        server.settle();
      }
      server = server.restarted();
      agents.forEach(each -> each.serverIsNow(server));
      lookFromNowOn();
    }

    /** Often where something waits that was just accepted. */
    private void snapshot(SimulatedAgent agent) {
      if (random.nextBoolean()) {
        agent.read();
        agent.disconnect();
      }
      agent.snapshot();
    }

    /** Often where something has just begun of which nobody has heard. */
    private void restore(SimulatedAgent agent) {
      if (random.nextBoolean()) {
        agent.start();
      }
      agent.restore();
    }

    private void act(String what, Runnable action) {
      last = what;
      action.run();
    }

    private void dispatch() {
      last = "dispatch";
      server.failStore(false);
      Node[] nodes =
          agents.stream()
              .filter(agent -> random.nextInt(3) > 0)
              .map(agent -> agent.node)
              .toArray(Node[]::new);
      if (nodes.length > 0) {
        PreparePolicy policy = policy(nodes.length);
        Duration startWithin = Duration.ofMinutes(1 + random.nextInt(60));
        if (policy.mode() == PrepareMode.NONE && random.nextBoolean()) {
          rollOut(startWithin, nodes);
          return;
        }
        ExecutionId id = server.dispatch(startWithin, policy, nodes);
        dispatched(id);
        if (policy.mode() == PrepareMode.BARRIER) {
          barriers.add(id);
        }
      }
    }

    private void rollOut(Duration startWithin, Node... nodes) {
      RolloutPolicy rollout =
          new RolloutPolicy(
              1 + random.nextInt(2),
              0,
              random.nextInt(3),
              random.nextInt(3),
              0,
              Duration.ofSeconds(random.nextInt(2) * 3L));
      ExecutionId id = server.dispatch(startWithin, rollout, nodes);
      dispatched(id);
      rollouts.put(id, rollout);
    }

    private void dispatched(ExecutionId id) {
      executions.add(id);
      open.put(id, new Known(server.progress(id), List.of()));
    }

    private List<ExecutionId> openIn(ExecutionState... states) {
      return open.keySet().stream()
          .filter(id -> List.of(states).contains(server.progress(id).state()))
          .toList();
    }

    private void pauseOrResume() {
      last = "pause or resume";
      server.failStore(false);
      List<ExecutionId> live = openIn(ExecutionState.RUNNING, ExecutionState.PAUSED);
      if (!live.isEmpty()) {
        ExecutionId id = live.get(random.nextInt(live.size()));
        if (server.progress(id).state() == ExecutionState.RUNNING) {
          var unused = server.pauses.pause(id, KEY, SessionHarness.ALICE, "");
        } else {
          resume(id);
        }
      }
    }

    private void resume(ExecutionId id) {
      paused.remove(id);
      var unused = server.pauses.resume(id, KEY, SessionHarness.ALICE, "");
    }

    private PreparePolicy policy(int cohortSize) {
      Duration within = Duration.ofSeconds(20 + random.nextInt(1_500));
      return switch (random.nextInt(5)) {
        case 0 -> new PreparePolicy(PrepareMode.EACH, 0, 0, within);
        case 1 -> new PreparePolicy(PrepareMode.BARRIER, 1 + random.nextInt(cohortSize), 0, within);
        case 2 -> new PreparePolicy(PrepareMode.BARRIER, 0, 1 + random.nextInt(100), within);
        default -> PreparePolicy.NONE;
      };
    }

    private void cancel() {
      last = "cancel";
      server.failStore(false);
      List<ExecutionId> live =
          openIn(ExecutionState.RUNNING, ExecutionState.PAUSED, ExecutionState.PREPARING);
      if (!live.isEmpty()) {
        server.cancel(live.get(random.nextInt(live.size())));
      }
    }

    private void recover() {
      server.failStore(false);
      pass(Duration.ZERO);
    }

    /** What is due is done by itself, so that a seed always gives the same course. */
    private void pass(Duration time) {
      server.clock.jump(time);
      for (int i = 0; i < 3; i++) {
        server.clock.advance(Duration.ofSeconds(1));
        server.settle();
      }
    }

    /**
     * Everyone comes back, all is read, run and reported, and time goes by: then everything has
     * settled.
     */
    void letItEnd() {
      recover();
      for (int round = 0; round < 60 && !(round > 3 && isQuiet()); round++) {
        for (SimulatedAgent agent : agents) {
          if (!agent.isConnected() || round % 20 == 0) {
            agent.connect();
          }
          for (int i = 0; i < 4; i++) {
            server.settle();
            agent.read();
            agent.start();
            agent.finish();
            agent.report();
          }
        }
        server.settle();
        openIn(ExecutionState.PAUSED).forEach(this::resume);
        pass(Duration.ZERO); // Pauses between waves end.
        check(round);
      }
      pass(Duration.ofHours(2));
      check(-1);
      for (ExecutionId id : executions) {
        open.put(id, new Known(server.progress(id), List.of()));
        assertThat(server.progress(id).state().isSettled()).as(id.toString()).isTrue();
        look(where(-1), id, ran());
      }
      for (SimulatedAgent agent : agents) {
        assertThat(agent.isIdle()).as("agent of " + agent.node.name()).isTrue();
        NodeSession session = agent.session();
        assertThat(session == null ? -1 : session.available())
            .as("slots of " + agent.node.name())
            .isEqualTo(SimulatedAgent.SLOTS);
      }
    }

    private boolean isQuiet() {
      return openIn(
                  ExecutionState.PREPARING,
                  ExecutionState.RUNNING,
                  ExecutionState.PAUSED,
                  ExecutionState.CANCELLING)
              .isEmpty()
          && agents.stream().allMatch(Course::isAtRest);
    }

    private static boolean isAtRest(SimulatedAgent agent) {
      NodeSession session = agent.session();
      return agent.isIdle() && session != null && session.available() == SimulatedAgent.SLOTS;
    }

    private Map<InvocationId, Integer> ran() {
      Map<InvocationId, Integer> runs = new HashMap<>();
      agents.forEach(agent -> runs.putAll(agent.runs));
      return runs;
    }

    private void check(int number) {
      Map<InvocationId, Integer> runs = ran();
      Map<ExecutionId, ExecutionProgress> now =
          server.read(
              tx ->
                  open.keySet().stream()
                      .collect(
                          Collectors.toMap(
                              id -> id, id -> tx.executions().progress(id).orElseThrow())));
      Map<Object, Integer> outstanding = new HashMap<>();
      for (ExecutionId id : List.copyOf(open.keySet())) {
        ExecutionProgress progress = requireNonNull(now.get(id));
        Known before = requireNonNull(open.get(id));
        assertThat(before.progress.revision()).isLessThanOrEqualTo(progress.revision());
        // What has not changed since was looked at then.
        Known known =
            before.invocations.isEmpty() || before.progress.revision() != progress.revision()
                ? look(where(number), id, runs)
                : before;
        known.invocations.forEach(invocation -> count(outstanding, invocation));
        if (progress.state().isSettled()
            && progress.counts().in(InvocationState.LOST) == 0
            && progress.counts().unsettled() == 0) {
          open.remove(id); // For good: looked at once more in the end.
        }
      }
      outstanding.forEach(
          (node, count) ->
              assertThat(count)
                  .as("%s: outstanding on %s", where(number), node)
                  .isLessThanOrEqualTo(SimulatedAgent.SLOTS));
      agents.forEach(agent -> checkRuns(number, agent));
    }

    private void checkRuns(int number, SimulatedAgent agent) {
      agent.runs.forEach(
          (id, count) -> {
            if (count != 1 && !agent.excused.contains(id)) {
              throw new AssertionError(where(number) + ": " + count + " runs of " + id);
            }
          });
    }

    private Known look(String where, ExecutionId id, Map<InvocationId, Integer> runs) {
      Known known = new Known(server.progress(id), server.invocations(id));
      assertThat(known.progress.counts()).as(where).isEqualTo(server.counted(id));
      Map<InvocationId, List<HistoryEntry>> histories =
          server.read(
              tx ->
                  known.invocations.stream()
                      .map(Invocation::id)
                      .collect(Collectors.toMap(one -> one, one -> tx.invocations().history(one))));
      for (Invocation invocation : known.invocations) {
        check(
            where,
            invocation,
            requireNonNull(histories.get(invocation.id())),
            runs.getOrDefault(invocation.id(), 0));
      }
      checkBarrier(where, id, known, runs);
      checkRollout(where, id, known);
      open.put(id, known);
      return known;
    }

    /**
     * Before a barrier opens, and where it failed, nothing has run anywhere, nor was handed over.
     */
    private void checkBarrier(
        String where, ExecutionId id, Known known, Map<InvocationId, Integer> runs) {
      ExecutionProgress progress = known.progress;
      if (barriers.contains(id)) {
        verdicts.add(progress.state());
        known.invocations.forEach(invocation -> ends.add(invocation.state()));
      }
      boolean closed =
          progress.state() == ExecutionState.PREPARING
              || progress.state() == ExecutionState.ABORTED;
      if (!closed) {
        return;
      }
      for (Invocation invocation : known.invocations) {
        String what = where + ": " + progress + " " + invocation;
        assertThat(runs).as(what).doesNotContainKey(invocation.id());
        assertThat(invocation.state().isOutstanding()).as(what).isFalse();
        assertThat(invocation.state()).as(what).isNotEqualTo(InvocationState.LOST);
      }
    }

    /**
     * No more are under way than may be; what waited when it was PAUSED, waits until it is resumed.
     */
    private void checkRollout(String where, ExecutionId id, Known known) {
      ExecutionProgress progress = known.progress;
      List<Invocation> all = known.invocations;
      RolloutPolicy rollout = rollouts.get(id);
      if (rollout != null && progress.state() != ExecutionState.CANCELLING) {
        assertThat(all.stream().filter(invocation -> !invocation.state().isSettled()).count())
            .as("%s: under way of %s: %s", where, rollout, progress)
            .isLessThanOrEqualTo(rollout.maxParallelCount());
      }
      if (progress.state() != ExecutionState.PAUSED) {
        paused.remove(id);
        return;
      }
      Set<InvocationId> waited = paused.get(id);
      for (Invocation invocation : all) {
        if (waited != null && waited.contains(invocation.id())) {
          assertThat(invocation.state())
              .as("%s: PAUSED %s", where, invocation)
              .isIn(InvocationState.PENDING, InvocationState.REJECTED, InvocationState.EXPIRED);
        }
      }
      paused.put(
          id,
          all.stream()
              .filter(invocation -> invocation.state() == InvocationState.PENDING)
              .map(Invocation::id)
              .collect(Collectors.toSet()));
    }

    private static void count(Map<Object, Integer> outstanding, Invocation invocation) {
      if (invocation.state().holdsSlot()) {
        outstanding.merge(invocation.nodeId(), 1, Integer::sum);
      }
    }

    private String where(int number) {
      return "step " + number + " (" + last + ")";
    }

    private void check(String where, Invocation invocation, List<HistoryEntry> history, int ran) {
      InvocationState state = invocation.state();
      String what = where + ": " + invocation + " ran " + ran;
      switch (state.ran()) {
        case NO -> assertThat(ran).as(what).isZero();
        case YES -> assertThat(ran).as(what).isPositive();
        case RECORDED -> {
          if (agents.stream().noneMatch(agent -> agent.excused.contains(invocation.id()))) {
            assertThat(ran > 0).as(what).isEqualTo(invocation.started());
          }
        }
        case MAYBE, UNKNOWN -> {}
      }
      InvocationState before = seen.put(invocation.id(), state);
      if (before != null && before.isSettled() && before != state) {
        assertThat(before).as(what).isEqualTo(InvocationState.LOST);
        assertThat(state.isSettled()).as(what).isTrue();
      }
      checkHistory(what, history, state);
    }

    private static void checkHistory(
        String what, List<HistoryEntry> history, InvocationState state) {
      assertThat(history).as(what).isNotEmpty();
      assertThat(history.get(0).from()).as(what).isNull();
      assertThat(history.get(history.size() - 1).to()).as(what).isEqualTo(state);
      for (int i = 1; i < history.size(); i++) {
        HistoryEntry line = history.get(i);
        InvocationState from = history.get(i - 1).to();
        assertThat(line.from()).as(what).isEqualTo(from);
        assertThat(line.to() == from || successors(from).contains(line.to()))
            .as("%s: %s to %s", what, from, line.to())
            .isTrue();
      }
    }

    private static Set<InvocationState> successors(InvocationState from) {
      Set<InvocationState> all = EnumSet.noneOf(InvocationState.class);
      for (InvocationEvent event : InvocationEvent.values()) {
        InvocationTransitions.target(from, event).ifPresent(all::add);
      }
      return all;
    }
  }
}

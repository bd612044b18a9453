// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_ACKNOWLEDGED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_CANCELLED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_FAILED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_REJECTED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_STARTED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_SUCCEEDED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_TIMED_OUT;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.agent.Action;
import dev.muster.agent.Result;
import dev.muster.agent.catalog.Catalog;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.durable.CrashableFiles;
import dev.muster.agent.durable.CrashableFiles.Loss;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.journal.Journal;
import dev.muster.agent.journal.JournalLimits;
import dev.muster.agent.loop.FakeLoop;
import dev.muster.agent.output.OutputFolder;
import dev.muster.agent.process.RunTrace;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Cancel;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.ExecutionOrder;
import dev.muster.proto.agent.v1.OutputChunk;
import dev.muster.proto.agent.v1.Progress;
import dev.muster.proto.type.v1.ActionKind;
import dev.muster.proto.type.v1.InvocationState;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runner with a clock, a disk and threads that stand still until the test moves them. */
final class InvocationRunnerTest {
  private static final Duration DELAY = Duration.ofMillis(30);

  private final FakeLoop loop = new FakeLoop();
  private final FakeUplink uplink = new FakeUplink();
  private final Deque<Runnable> threads = new ArrayDeque<>();
  private final InvocationId id = id();
  private final Path outputs;
  private CrashableFiles files = new CrashableFiles();
  private ServerClock clock = new ServerClock(loop);
  private int runs;
  private long generation;
  private InvocationRunner runner;

  private static final class FakeUplink implements Uplink {
    final List<InvocationId> reports = new ArrayList<>();
    final List<Progress> progress = new ArrayList<>();

    @Override
    public void report(InvocationId id) {
      reports.add(id);
    }

    @Override
    public void progress(Progress told) {
      progress.add(told);
    }

    @Override
    public void output(OutputChunk chunk) {}
  }

  InvocationRunnerTest(@TempDir Path outputs) throws IOException {
    this.outputs = outputs;
    runner = runner(JournalLimits.DEFAULT, 2);
  }

  @BeforeEach
  void connect() throws IOException {
    runner.recover(traces -> true);
    clock.measured(loop.wallTime());
    generation = runner.beginStream().generation();
  }

  @Test
  void quickRun_isReportedOnce_whenItIsOver() {
    runner.execute(generation, execute(id, "count").build());
    assertThat(uplink.reports).isEmpty();

    runThreads();

    assertThat(uplink.reports).containsExactly(id);
    assertThat(states(id))
        .containsExactly(
            INVOCATION_STATE_ACKNOWLEDGED, INVOCATION_STATE_STARTED, INVOCATION_STATE_SUCCEEDED);
  }

  @Test
  void slowRun_isReportedAfterTheDelay() {
    runner.execute(generation, execute(id, "count").build());

    loop.pass(DELAY);

    assertThat(uplink.reports).containsExactly(id);
    assertThat(states(id)).containsExactly(INVOCATION_STATE_ACKNOWLEDGED);
  }

  @Test
  void surplus_waitsAcknowledged_andStartsInOrder() {
    List<InvocationId> ids = List.of(id(), id(), id(), id());
    ids.forEach(i -> runner.execute(generation, execute(i, "count").build()));

    assertThat(threads).hasSize(2);
    assertThat(states(ids.get(3))).containsExactly(INVOCATION_STATE_ACKNOWLEDGED);
    runThreads();

    assertThat(runs).isEqualTo(4);
    assertThat(states(ids.get(3))).endsWith(INVOCATION_STATE_SUCCEEDED);
  }

  @Test
  void twoOfAGroup_runOneAfterTheOther() {
    InvocationId second = id();
    runner.execute(generation, execute(id, "grouped").build());
    runner.execute(generation, execute(second, "grouped").build());

    assertThat(threads).hasSize(1);
    runThreads();

    assertThat(states(second)).endsWith(INVOCATION_STATE_SUCCEEDED);
  }

  @Test
  void waitingTooLong_isRejectedAsTooLate() {
    runner.execute(generation, execute(id(), "count").build());
    runner.execute(generation, execute(id(), "count").build());
    runner.execute(generation, execute(id, "count").build());
    loop.pass(Duration.ofMinutes(11));

    runThreads();

    assertThat(states(id))
        .containsExactly(INVOCATION_STATE_ACKNOWLEDGED, INVOCATION_STATE_REJECTED);
    assertThat(last(id).getReason()).isEqualTo("START_TOO_LATE");
  }

  @Test
  void afterASuspend_nothingStartsUntilTheServersTimeIsKnownAgain() {
    loop.jump(Duration.ofHours(1));
    runner.execute(generation, execute(id, "count").build());
    assertThat(threads).isEmpty();

    clock.measured(loop.wallTime().minus(Duration.ofHours(1)));
    runner.startWaiting();

    assertThat(threads).hasSize(1);
  }

  @Test
  void commandOfAnOlderStream_isPassedOver() {
    long older = generation;
    generation = runner.beginStream().generation();

    runner.execute(older, execute(id, "count").build());
    runner.cancel(older, cancel(id));

    assertThat(threads).isEmpty();
    assertThat(runner.pending(id)).isEmpty();
  }

  @Test
  void acknowledgementOfAnOlderStream_forgetsNothing() {
    runner.execute(generation, execute(id, "count").build());
    runThreads();
    long older = generation;
    generation = runner.beginStream().generation();

    runner.acknowledged(older, Map.of(id, 3));

    assertThat(runner.beginStream().journal()).hasSize(1);
  }

  @Test
  void cancelOfUnknown_isRememberedAcrossARestart() throws IOException {
    runner.cancel(generation, cancel(id));
    // Bug: CANCELLED alone is no legal report of what was handed over and never acknowledged.
    assertThat(states(id))
        .containsExactly(INVOCATION_STATE_ACKNOWLEDGED, INVOCATION_STATE_CANCELLED);

    restart(Loss.ALL_UNSYNCED);
    runner.direct(generation, id, DirectiveVerb.DIRECTIVE_VERB_FORGET, 1);
    runner.execute(generation, execute(id, "count").build());

    assertThat(threads).isEmpty();
  }

  @Test
  void cancelOfWaiting_neverStartsIt() {
    runner.execute(generation, execute(id(), "count").build());
    runner.execute(generation, execute(id(), "count").build());
    runner.execute(generation, execute(id, "count").build());

    runner.cancel(generation, cancel(id));
    runThreads();

    assertThat(states(id))
        .containsExactly(INVOCATION_STATE_ACKNOWLEDGED, INVOCATION_STATE_CANCELLED);
    assertThat(last(id).getStarted()).isFalse();
    assertThat(runs).isEqualTo(2);
  }

  @Test
  void cancelBeforeTheThreadGotToIt_isNotStarted() {
    runner.execute(generation, execute(id, "count").build());

    runner.cancel(generation, cancel(id));
    runThreads();

    assertThat(last(id).getState()).isEqualTo(INVOCATION_STATE_CANCELLED);
    assertThat(last(id).getStarted()).isFalse();
    assertThat(runs).isZero();
  }

  @Test
  void resultThatComesAfterTheCancel_isTheRealResult() {
    runner.execute(generation, execute(id, "cancelled-while-running").build());

    runThreads();

    assertThat(last(id).getState()).isEqualTo(INVOCATION_STATE_SUCCEEDED);
  }

  @Test
  void runThatDoesNotStop_isTimedOutStillRunning_andKeepsItsSlotUntilItEnds() {
    runner = uncheckedRunner(1);
    connectAgain();
    runner.execute(generation, execute(id, "count").build());
    InvocationId next = id();
    runner.execute(generation, execute(next, "count").build());

    loop.pass(Duration.ofSeconds(60).plusSeconds(10).plusSeconds(5));
    CallbackStep last = last(id);
    runner.acknowledged(generation, Map.of(id, 3));
    assertThat(runner.beginStream().journal().get(0).getRunning()).isTrue();
    assertThat(runner.running()).isEqualTo(1);

    threads.removeFirst().run();
    loop.run();

    assertThat(last.getState()).isEqualTo(INVOCATION_STATE_TIMED_OUT);
    assertThat(last.getStillRunning()).isTrue();
    assertThat(runner.isKnown(id)).isFalse();
  }

  @Test
  void fullJournal_rejects_andAcceptsAgainLater() throws IOException {
    runner = runner(new JournalLimits(1, 1 << 20, 100), 2);
    connectAgain();
    runner.execute(generation, execute(id(), "count").build());

    runner.execute(generation, execute(id, "count").build());
    assertThat(last(id).getReason()).isEqualTo("JOURNAL_FULL");
    runner.acknowledged(generation, Map.of(id, 1));

    assertThat(runner.isKnown(id)).isFalse();
  }

  @Test
  void diskThatRefuses_rejects_andNothingRuns() {
    files.failWrites(true);

    runner.execute(generation, execute(id, "count").build());

    assertThat(threads).isEmpty();
    assertThat(last(id).getReason()).isEqualTo("JOURNAL_UNWRITABLE");
  }

  @Test
  void diskThatRefusesTheResult_isAskedAgain_andTheResultIsToldAllTheSame() throws IOException {
    runner.execute(generation, execute(id, "count").build());
    files.failWrites(true);
    runThreads();
    assertThat(states(id)).endsWith(INVOCATION_STATE_SUCCEEDED);

    files.failWrites(false);
    loop.pass(Duration.ofSeconds(5));
    restart(Loss.ALL_UNSYNCED);

    assertThat(states(id)).endsWith(INVOCATION_STATE_SUCCEEDED);
  }

  @Test
  void deathInTheRun_isARunWithoutAnEnd_onceItsProcessesAreEnded() throws IOException {
    runner.execute(generation, execute(id, "count").build());
    List<RunTrace> ended = new ArrayList<>();

    threads.clear();
    files = files.afterCrash(Loss.ALL_UNSYNCED);
    runner = runner(JournalLimits.DEFAULT, 2);
    runner.recover(
        traces -> {
          ended.addAll(traces);
          return true;
        });

    assertThat(ended).hasSize(1);
    assertThat(ended.get(0).environment()).startsWith("MUSTER_RUN_ID=");
    assertThat(states(id)).containsExactly(INVOCATION_STATE_ACKNOWLEDGED, INVOCATION_STATE_STARTED);
    assertThat(last(id).getReason()).isEqualTo("AGENT_DIED_IN_RUN");
    generation = runner.beginStream().generation();
    runner.direct(generation, id, DirectiveVerb.DIRECTIVE_VERB_FORGET, 2);
    runner.execute(generation, execute(id, "count").build());
    runThreads();
    assertThat(runs).isZero();
  }

  @Test
  void deathInAnIdempotentRun_runsAgainOnResume_andTheHistorySaysSo() throws IOException {
    runner.execute(generation, execute(id, "again").build());

    restart(Loss.NOTHING);
    runner.startWaiting();
    assertThat(threads).isEmpty();
    runner.direct(generation, id, DirectiveVerb.DIRECTIVE_VERB_RESUME, 2);
    runner.startWaiting();
    runThreads();

    List<CallbackStep> steps = runner.pending(id).orElseThrow().steps();
    assertThat(steps)
        .extracting(CallbackStep::getState)
        .containsExactly(INVOCATION_STATE_STARTED, INVOCATION_STATE_SUCCEEDED);
    assertThat(steps.get(0).getAttempt()).isEqualTo(2);
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void idempotentRun_thatKillsTheAgentEveryTime_isGivenUp() throws IOException {
    runner.execute(generation, execute(id, "again").build());
    for (int death = 1; death < Recovery.MOST_ATTEMPTS; death++) {
      restart(Loss.NOTHING);
      runner.direct(generation, id, DirectiveVerb.DIRECTIVE_VERB_RESUME, 0);
      runner.startWaiting();
      assertThat(threads).as("death %d", death).hasSize(1);
    }

    restart(Loss.NOTHING);
    runner.direct(generation, id, DirectiveVerb.DIRECTIVE_VERB_RESUME, 0);
    runner.startWaiting();

    assertThat(threads).isEmpty();
    assertThat(last(id).getReason()).isEqualTo("AGENT_DIED_IN_RUN");
    assertThat(runner.pending(id).orElseThrow().steps()).hasSizeLessThanOrEqualTo(8);
  }

  @Test
  void acceptedBeforeTheDeath_waitsForResume() throws IOException {
    runner = uncheckedRunner(1);
    connectAgain();
    runner.execute(generation, execute(id(), "count").build());
    runner.execute(generation, execute(id, "count").build());

    restart(Loss.ALL_UNSYNCED);
    runner.startWaiting();
    assertThat(threads).isEmpty();
    runner.direct(generation, id, DirectiveVerb.DIRECTIVE_VERB_RESUME, 1);
    runner.startWaiting();
    runThreads();

    assertThat(states(id)).endsWith(INVOCATION_STATE_SUCCEEDED);
  }

  @Test
  void forgetWhileItRuns_tellsNothingMore_andStillNeverRunsAgain() {
    runner.execute(generation, execute(id, "count").build());
    runner.direct(generation, id, DirectiveVerb.DIRECTIVE_VERB_FORGET, 2);
    uplink.reports.clear();

    runThreads();
    runner.execute(generation, execute(id, "count").build());
    runThreads();

    assertThat(uplink.reports).isEmpty();
    assertThat(runs).isEqualTo(1);
  }

  @Test
  void close_startsNothingMore_andStopsWhatRuns() {
    List<String> quiet = new ArrayList<>();
    runner.execute(generation, execute(id, "count").build());

    runner.close(Duration.ofSeconds(3), () -> quiet.add("quiet"));
    InvocationId later = id();
    runner.execute(generation, execute(later, "count").build());
    loop.pass(Duration.ofSeconds(3));
    runThreads();

    assertThat(quiet).containsExactly("quiet");
    assertThat(last(id).getState()).isEqualTo(INVOCATION_STATE_CANCELLED);
    assertThat(states(later)).containsExactly(INVOCATION_STATE_ACKNOWLEDGED);
    assertThat(runs).isZero();
  }

  @Test
  void actionThatThrows_isFailed() {
    runner.execute(generation, execute(id, "throws").build());

    runThreads();

    assertThat(last(id).getState()).isEqualTo(INVOCATION_STATE_FAILED);
  }

  @Test
  void progress_isAtMostOnceASecond() {
    runner.execute(generation, execute(id, "talks").build());

    runThreads();

    assertThat(uplink.progress).hasSize(1);
    assertThat(uplink.progress.get(0).getPercent()).isEqualTo(1);
  }

  private InvocationRunner runner(JournalLimits limits, int slots) throws IOException {
    clock = new ServerClock(loop);
    Journal journal = Journal.open(files, limits, new SecureRandom(), loop.wallTime());
    Catalog catalog =
        Catalog.of(
            List.of(
                entry(Action.named("count").execute((input, context) -> count())),
                entry(Action.named("again").idempotent().execute((input, context) -> count())),
                entry(
                    Action.named("grouped")
                        .exclusiveGroup("g")
                        .execute((input, context) -> count())),
                entry(
                    Action.named("throws")
                        .execute(
                            (input, context) -> {
                              throw new IllegalStateException("no");
                            })),
                entry(
                    Action.named("cancelled-while-running")
                        .execute(
                            (input, context) -> {
                              runner.cancel(generation, cancel(id));
                              return count();
                            })),
                entry(
                    Action.named("talks")
                        .execute(
                            (input, context) -> {
                              context.progress(1, "one");
                              context.progress(2, "two");
                              return count();
                            }))));
    return new InvocationRunner(
        loop,
        journal,
        clock,
        () -> catalog,
        new Workers(threads::add, threads::add),
        new Slots(slots),
        new RunSettings(slots, Duration.ofSeconds(10), DELAY),
        uplink,
        new SecureRandom(),
        OutputFolder.open(outputs, 1L << 30));
  }

  private InvocationRunner uncheckedRunner(int slots) {
    try {
      return runner(JournalLimits.DEFAULT, slots);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void connectAgain() {
    clock.measured(loop.wallTime());
    generation = runner.beginStream().generation();
  }

  /** The agent dies, and starts anew with what the disk has. */
  private void restart(Loss loss) throws IOException {
    threads.clear();
    files = files.afterCrash(loss);
    runner = runner(JournalLimits.DEFAULT, 2);
    runner.recover(traces -> true);
    connectAgain();
  }

  private Result count() {
    return Result.success(Map.of("run", ++runs));
  }

  private void runThreads() {
    loop.run();
    while (!threads.isEmpty()) {
      threads.removeFirst().run();
      loop.run();
    }
  }

  private List<InvocationState> states(InvocationId id) {
    return runner.pending(id).orElseThrow().steps().stream().map(CallbackStep::getState).toList();
  }

  private CallbackStep last(InvocationId id) {
    List<CallbackStep> steps = runner.pending(id).orElseThrow().steps();
    return steps.get(steps.size() - 1);
  }

  private Execute.Builder execute(InvocationId id, String action) {
    Instant now = loop.wallTime();
    return Execute.newBuilder()
        .setInvocationId(id.toString())
        .setEpoch(1)
        .setStartBefore(WireTimes.timestamp(now.plusSeconds(600)))
        .setOrder(
            ExecutionOrder.newBuilder()
                .setExecutionId("execution-1")
                .setAction(action)
                .setInputJson(ByteString.copyFromUtf8("{}"))
                .setRunTimeout(CatalogEntry.toProto(Duration.ofSeconds(60)))
                .setExpireTime(WireTimes.timestamp(now.plusSeconds(7_200)))
                .build()
                .toByteString());
  }

  private static Cancel cancel(InvocationId id) {
    return Cancel.newBuilder().setInvocationId(id.toString()).setReason("not needed").build();
  }

  private static CatalogEntry entry(Action action) {
    return CatalogEntry.of(action, ActionKind.ACTION_KIND_HANDLER);
  }

  private static InvocationId id() {
    return new InvocationId(UUID.randomUUID());
  }
}

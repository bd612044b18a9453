// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_STARTED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.agent.Action;
import dev.muster.agent.Result;
import dev.muster.agent.catalog.Catalog;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.durable.CrashableFiles;
import dev.muster.agent.durable.CrashableFiles.Loss;
import dev.muster.agent.execution.UploadLine.End;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.journal.Journal;
import dev.muster.agent.journal.JournalLimits;
import dev.muster.agent.loop.FakeLoop;
import dev.muster.agent.output.KeptOutput;
import dev.muster.agent.output.OutputFolder;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.ExecutionOrder;
import dev.muster.proto.agent.v1.OutputChunk;
import dev.muster.proto.agent.v1.Progress;
import dev.muster.proto.agent.v1.Tail;
import dev.muster.proto.type.v1.ActionKind;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.proto.type.v1.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A result and its large output: neither is lost for the other's sake. */
final class LargeOutputTest {
  private static final int WRITTEN = 100_000;

  private final FakeLoop loop = new FakeLoop();
  private final Deque<Runnable> threads = new ArrayDeque<>();
  private final FakeLine line = new FakeLine();
  private final NotingUplink uplink = new NotingUplink();
  private final InvocationId id = new InvocationId(UUID.randomUUID());
  private final Path outputs;
  private CrashableFiles files = new CrashableFiles();
  private ServerClock clock = new ServerClock(loop);
  private InvocationRunner runner;
  private long generation;

  /** The way to the output store, which ends uploads as the test says. */
  private static final class FakeLine implements UploadLine {
    record Sent(boolean stderr, long size, Consumer<End> onEnd) {}

    final Deque<Sent> open = new ArrayDeque<>();
    int broken;

    @Override
    public Runnable send(InvocationId id, boolean stderr, KeptOutput output, Consumer<End> onEnd) {
      Sent sent = new Sent(stderr, output.size(), onEnd);
      open.add(sent);
      return () -> broken++;
    }

    void end(End end) {
      open.removeFirst().onEnd().accept(end);
    }
  }

  /** The stream, which takes every chunk. */
  private static final class NotingUplink implements Uplink {
    final List<OutputChunk> chunks = new ArrayList<>();

    @Override
    public void report(InvocationId id) {}

    @Override
    public void progress(Progress progress) {}

    @Override
    public void output(OutputChunk chunk) {
      chunks.add(chunk);
    }
  }

  LargeOutputTest(@TempDir Path outputs) throws IOException {
    this.outputs = outputs;
    runner = runner();
    begin();
  }

  @Test
  void finalReport_waitsForItsOutput_andTellsThatItIsStored() {
    runner.sessionStands(Optional.of(line));
    run("both");

    List<InvocationState> before = told();
    line.end(End.STORED);
    List<InvocationState> between = told();
    line.end(End.STORED);

    assertThat(before).endsWith(INVOCATION_STATE_STARTED);
    assertThat(between).endsWith(INVOCATION_STATE_STARTED);
    Output stdout = last().getResult().getStdout();
    assertThat(stdout.getUploaded()).isTrue();
    assertThat(stdout.getData().size()).isZero();
    assertThat(stdout.getTotalBytes()).isEqualTo(WRITTEN);
    assertThat(last().getResult().getStderr().getUploaded()).isTrue();
  }

  @Test
  void uploadThatAlwaysBreaks_givesWayToHeadAndTail() {
    runner.sessionStands(Optional.of(line));
    run("stdout");

    for (int i = 0; i < OutputUploads.MOST_FAILURES; i++) {
      assertThat(told()).as("failure %d", i).endsWith(INVOCATION_STATE_STARTED);
      line.end(End.BROKEN);
      loop.pass(Duration.ofSeconds(10));
    }

    assertThat(line.open).isEmpty();
    assertInline();
  }

  @Test
  void outputThatIsRefused_givesWayAtOnce_andTheOtherStreamIsStored() {
    runner.sessionStands(Optional.of(line));
    run("both");

    line.end(End.REFUSED);
    line.end(End.STORED);

    assertThat(last().getResult().getStdout().getUploaded()).isFalse();
    assertThat(last().getResult().getStdout().getTruncated()).isTrue();
    assertThat(last().getResult().getStderr().getUploaded()).isTrue();
  }

  @Test
  void uploadThatNeverEnds_doesNotHoldTheResultUp() {
    runner.sessionStands(Optional.of(line));
    run("stdout");

    loop.pass(OutputUploads.PATIENCE.minusMillis(1));
    List<InvocationState> before = told();
    loop.pass(Duration.ofMillis(1));

    assertThat(before).endsWith(INVOCATION_STATE_STARTED);
    assertThat(line.broken).isEqualTo(1);
    assertInline();
  }

  @Test
  void busyServer_costsNoAttempt() {
    runner.sessionStands(Optional.of(line));
    run("stdout");

    for (int i = 0; i < 2 * OutputUploads.MOST_FAILURES; i++) {
      line.end(End.BUSY);
      loop.pass(OutputUploads.BUSY_PAUSE.plusMillis(OutputUploads.BUSY_SPREAD_MILLIS));
    }
    line.end(End.STORED);

    assertThat(last().getResult().getStdout().getUploaded()).isTrue();
  }

  @Test
  void serverWithoutOutputStore_getsHeadAndTailAtOnce() {
    runner.sessionStands(Optional.empty());
    run("stdout");

    assertThat(line.open).isEmpty();
    assertInline();
  }

  @Test
  void agentThatDies_takesItsUploadUpAgain() throws IOException {
    run("stdout");

    files = files.afterCrash(Loss.ALL_UNSYNCED);
    runner = runner();
    begin();
    runner.sessionStands(Optional.of(line));
    List<InvocationState> before = told();
    line.end(End.STORED);

    assertThat(before).endsWith(INVOCATION_STATE_STARTED);
    assertThat(last().getResult().getStdout().getUploaded()).isTrue();
  }

  @Test
  void sessionThatBreaks_goesOnInTheNext() {
    runner.sessionStands(Optional.of(line));
    run("stdout");
    runner.sessionOver();
    line.end(End.BROKEN);
    loop.pass(Duration.ofMinutes(5));
    assertThat(line.open).as("nobody to send to").isEmpty();

    generation = runner.beginStream().generation();
    runner.sessionStands(Optional.of(line));
    line.end(End.STORED);

    assertThat(last().getResult().getStdout().getUploaded()).isTrue();
  }

  @Test
  void hello_doesNotTellTheFinalStep_beforeItsOutputIsDecided() {
    run("stdout");

    var journal = runner.beginStream().journal();

    assertThat(journal.get(0).getStepsList())
        .extracting(CallbackStep::getState)
        .endsWith(INVOCATION_STATE_STARTED);
  }

  @Test
  void outputThatTheServerLost_isSentAgain() {
    runner.sessionStands(Optional.of(line));
    run("stdout");
    line.end(End.STORED);

    runner.outputMissing(id);
    List<InvocationState> again = told();
    line.end(End.STORED);

    assertThat(again).endsWith(INVOCATION_STATE_STARTED);
    assertThat(last().getResult().getStdout().getUploaded()).isTrue();
  }

  @Test
  void file_goesWithItsInvocation() throws IOException {
    runner.sessionStands(Optional.of(line));
    run("stdout");
    assertThat(outputFiles()).hasSize(1);
    line.end(End.STORED);

    runner.acknowledged(generation, Map.of(id, 3));

    assertThat(outputFiles()).isEmpty();
    assertThat(runner.isKnown(id)).isFalse();
  }

  @Test
  void output_isShownOnlyWhileSomebodyWatches_alsoWhereTheWordOvertookTheCommand() {
    runner.tail(tail(true));
    run("both");

    assertThat(uplink.chunks).allMatch(chunk -> chunk.getData().size() <= 16 << 10);
    assertThat(uplink.chunks.stream().mapToInt(chunk -> chunk.getData().size()).sum())
        .isEqualTo(2 * WRITTEN);
    assertThat(uplink.chunks).anyMatch(OutputChunk::getStderr);
  }

  @Test
  void output_isShownToNobody_onceTheWatchOrItsStreamIsOver() {
    runner.tail(tail(true));
    runner.tail(tail(false));
    runner.tail(tail(true));
    generation = runner.beginStream().generation();

    run("both");

    assertThat(uplink.chunks).isEmpty();
  }

  @Test
  void floodThatTheLoopCannotFollow_isDropped_andItsOffsetsTell() {
    runner.tail(tail(true));
    runner.sessionStands(Optional.empty());
    run("flood");

    assertThat(uplink.chunks).hasSize(32);
    assertThat(uplink.chunks.get(31).getOffset()).isEqualTo(31 * (16 << 10));
    assertThat(last().getResult().getStdout().getTotalBytes()).isEqualTo(100 * 65_536);
  }

  private Tail tail(boolean on) {
    return Tail.newBuilder().setInvocationId(id.toString()).setOn(on).build();
  }

  private void assertInline() {
    Output stdout = last().getResult().getStdout();
    assertThat(last().getState()).isEqualTo(INVOCATION_STATE_SUCCEEDED);
    assertThat(stdout.getUploaded()).isFalse();
    assertThat(stdout.getTruncated()).isTrue();
    assertThat(stdout.getTotalBytes()).isEqualTo(WRITTEN);
    assertThat(stdout.getData().size()).isEqualTo(16 << 10);
  }

  private void run(String action) {
    runner.execute(generation, execute(action));
    loop.run();
    while (!threads.isEmpty()) {
      threads.removeFirst().run();
      loop.run();
    }
  }

  private void begin() throws IOException {
    runner.recover(traces -> true);
    clock.measured(loop.wallTime());
    generation = runner.beginStream().generation();
  }

  private List<InvocationState> told() {
    return runner.pending(id).orElseThrow().steps().stream().map(CallbackStep::getState).toList();
  }

  private CallbackStep last() {
    List<CallbackStep> steps = runner.pending(id).orElseThrow().steps();
    return steps.get(steps.size() - 1);
  }

  private List<Path> outputFiles() throws IOException {
    try (Stream<Path> found = Files.list(outputs)) {
      return new ArrayList<>(found.toList());
    }
  }

  private InvocationRunner runner() throws IOException {
    clock = new ServerClock(loop);
    Journal journal =
        Journal.open(files, JournalLimits.DEFAULT, new SecureRandom(), loop.wallTime());
    Catalog catalog =
        Catalog.of(List.of(writing("stdout", false), writing("both", true), flooding()));
    return new InvocationRunner(
        loop,
        journal,
        clock,
        () -> catalog,
        new Workers(threads::add, threads::add),
        new Slots(2),
        new RunSettings(2, Duration.ofSeconds(10), Duration.ofMillis(30)),
        uplink,
        new SecureRandom(),
        OutputFolder.open(outputs, 1L << 30));
  }

  private static CatalogEntry writing(String name, boolean both) {
    return CatalogEntry.of(
        Action.named(name)
            .execute(
                (input, context) -> {
                  context.stdout().write(new byte[WRITTEN]);
                  if (both) {
                    context.stderr().write(new byte[WRITTEN]);
                  }
                  return Result.success();
                }),
        ActionKind.ACTION_KIND_HANDLER);
  }

  private static CatalogEntry flooding() {
    return CatalogEntry.of(
        Action.named("flood")
            .execute(
                (input, context) -> {
                  for (int i = 0; i < 100; i++) {
                    context.stdout().write(new byte[65_536]);
                  }
                  return Result.success();
                }),
        ActionKind.ACTION_KIND_HANDLER);
  }

  private Execute execute(String action) {
    return Execute.newBuilder()
        .setInvocationId(id.toString())
        .setEpoch(1)
        .setStartBefore(WireTimes.timestamp(loop.wallTime().plusSeconds(600)))
        .setOrder(
            ExecutionOrder.newBuilder()
                .setExecutionId("execution-1")
                .setAction(action)
                .setInputJson(ByteString.copyFromUtf8("{}"))
                .setRunTimeout(CatalogEntry.toProto(Duration.ofSeconds(60)))
                .setExpireTime(WireTimes.timestamp(loop.wallTime().plusSeconds(7_200)))
                .build()
                .toByteString())
        .build();
  }
}

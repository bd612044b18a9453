// SPDX-License-Identifier: Apache-2.0
package dev.muster.it;

import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_CANCELLED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_STARTED;
import static dev.muster.proto.type.v1.InvocationState.INVOCATION_STATE_SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.it.fleet.AgentProcess;
import dev.muster.it.fleet.CuttingProxy;
import dev.muster.it.fleet.Eventually;
import dev.muster.it.fleet.FleetHarness;
import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.ReadOutputRequest;
import dev.muster.proto.operator.v1.ReadOutputResponse;
import dev.muster.proto.type.v1.Output;
import dev.muster.wire.Sha256;
import io.grpc.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Large output, from a hook's file descriptor to the operator: whole, live, or honestly cut. */
final class OutputIT {
  private static final int LARGEST = 64 << 20;
  private static final int INLINE = 16 << 10;
  private static final String SMALL_HEAP = "40m";
  private static final Duration LONG = Duration.ofSeconds(60);

  @RegisterExtension static final FleetHarness fleet = new FleetHarness();

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  @Test
  void sixtyFourMebibytes_areStoredWhole_andFollowedByTwo_withFlatMemory() throws Exception {
    AgentProcess agent = fleet.agent("large").heap(SMALL_HEAP);
    Path data = data(agent, LARGEST);
    byte[] expected = Files.readAllBytes(data);
    Path more = agent.folder().resolve("more");
    agent
        .hook(
            "write",
            "n=0\nwhile [ ! -e "
                + more
                + " ]; do dd if="
                + data
                + " bs=1 count=1 skip=$n 2>/dev/null; n=$((n+1)); sleep 0.02; done\n"
                + "tail -c +$((n+1)) "
                + data)
        .sidecar("write", "{\"output_limit_bytes\":" + LARGEST + "}")
        .start();
    Execution execution = fleet.operator().dispatchTo("write", "large");
    Invocation running =
        fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_STARTED);
    Follower first = new Follower(running.getId(), expected);
    Follower second = new Follower(running.getId(), expected);
    // The run cannot end before both have seen something of it.
    first.awaitAtLeast(1);
    second.awaitAtLeast(1);
    long before = peakMemory(agent);
    Files.createFile(more);

    Invocation done =
        fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_SUCCEEDED);

    Output stdout = done.getResult().getStdout();
    assertThat(stdout.getUploaded()).isTrue();
    assertThat(stdout.getTruncated()).isFalse();
    assertThat(stdout.getTotalBytes()).isEqualTo(LARGEST);
    assertThat(stdout.getSha256()).isEqualTo(ByteString.copyFrom(Sha256.hash(expected).bytes()));
    assertThat(Arrays.equals(read(done.getId()), expected)).as("stored as written").isTrue();
    for (Follower follower : List.of(first, second)) {
      assertThat(follower.end.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(LARGEST);
    }
    assertThat(peakMemory(agent) - before).as("growth of the agent").isLessThan(LARGEST);
  }

  @Test
  void outputAtItsCap_isWhole_andOneByteMoreIsCut() throws IOException {
    int cap = 100_000;
    AgentProcess agent = fleet.agent("capped");
    Path data = data(agent, cap + 1);
    byte[] bytes = Files.readAllBytes(data);
    agent
        .hook("exact", "head -c " + cap + " " + data)
        .sidecar("exact", "{\"output_limit_bytes\":" + cap + "}")
        .hook("above", "cat " + data + "\ncat " + data + " >&2")
        .sidecar("above", "{\"output_limit_bytes\":" + cap + "}")
        .start();

    Invocation exact = succeeded("exact", "capped");
    Invocation above = succeeded("above", "capped");

    assertThat(exact.getResult().getStdout().getTruncated()).isFalse();
    assertThat(read(exact.getId())).as("any bytes").isEqualTo(Arrays.copyOf(bytes, cap));
    for (Output output : List.of(above.getResult().getStdout(), above.getResult().getStderr())) {
      assertThat(output.getUploaded()).isTrue();
      assertThat(output.getTruncated()).isTrue();
      assertThat(output.getTotalBytes()).isEqualTo(cap + 1);
      assertThat(output.getHeadBytes()).isEqualTo(cap / 2);
      assertThat(output.getSha256()).isEqualTo(ByteString.copyFrom(Sha256.hash(bytes).bytes()));
    }
    byte[] kept = Arrays.copyOf(bytes, cap);
    System.arraycopy(bytes, cap / 2 + 1, kept, cap / 2, cap / 2);
    assertThat(read(above.getId())).isEqualTo(kept);
  }

  @Test
  void uploadCutAtAnyByte_isNeverHalfAccepted() throws IOException {
    int size = 2 << 20;
    try (CuttingProxy proxy = new CuttingProxy(fleet.server().agentPort())) {
      AgentProcess agent = fleet.agent("cut");
      Path data = data(agent, size);
      Path go = agent.folder().resolve("go");
      agent
          .hook("write", "while [ ! -e " + go + " ]; do sleep 0.02; done\ncat " + data)
          .sidecar("write", "{\"output_limit_bytes\":" + LARGEST + "}")
          .launchTo(proxy.address(), fleet.operator().joinToken("cut", Map.of()))
          .awaitReady();
      Execution execution = fleet.operator().dispatchTo("write", "cut");
      fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_STARTED);
      List<Long> cuts =
          Stream.generate(() -> 10_000 + (long) random.nextInt(size - 50_000)).limit(3).toList();
      proxy.cutAfter(cuts);
      Files.createFile(go);

      Invocation done =
          fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_SUCCEEDED);

      assertThat(proxy.made()).as("seed %d, cuts %s", seed, cuts).isEqualTo(3);
      assertThat(done.getResult().getStdout().getUploaded()).as("seed %d", seed).isTrue();
      assertThat(read(done.getId()))
          .as("seed %d, cuts %s", seed, cuts)
          .isEqualTo(Files.readAllBytes(data));
      Eventually.eventually(
          "nothing of broken uploads is left",
          Duration.ofSeconds(10),
          () -> filesIn("incoming").isEmpty());
      agent.stop();
    }
  }

  @Test
  void storeThatIsGone_costsTheMiddleOfTheOutput_notTheResult() throws IOException {
    AgentProcess agent = fleet.agent("storeless");
    Path data = data(agent, 200_000);
    byte[] bytes = Files.readAllBytes(data);
    agent.hook("write", "cat " + data).start();
    Path folder = outputFolder();
    Path aside = folder.resolveSibling("aside");
    Files.createDirectories(folder);
    Files.move(folder, aside);
    Files.createFile(folder); // A file where the folder was: not even root can write below it.

    Invocation done;
    try {
      done = succeeded("write", "storeless");
    } finally {
      Files.delete(folder);
      Files.move(aside, folder);
    }

    Output stdout = done.getResult().getStdout();
    assertThat(stdout.getUploaded()).isFalse();
    assertThat(stdout.getTruncated()).isTrue();
    assertThat(stdout.getTotalBytes()).isEqualTo(bytes.length);
    assertThat(stdout.getSha256()).isEqualTo(ByteString.copyFrom(Sha256.hash(bytes).bytes()));
    byte[] ends = Arrays.copyOf(bytes, INLINE);
    System.arraycopy(bytes, bytes.length - INLINE / 2, ends, INLINE / 2, INLINE / 2);
    assertThat(stdout.getData().toByteArray()).isEqualTo(ends);
  }

  @Test
  void agentThatWasRestarted_uploadsWhatIsInItsJournal() throws IOException {
    AgentProcess agent = fleet.agent("restarted");
    Path data = data(agent, 300_000);
    Path go = agent.folder().resolve("go");
    agent.hook("write", "while [ ! -e " + go + " ]; do sleep 0.02; done\ncat " + data).start();
    Execution execution = fleet.operator().dispatchTo("write", "restarted");
    fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_STARTED);
    fleet.server().kill();
    Files.createFile(go);
    agent.stop(); // Once the run is over and in the journal.
    fleet.restartServer();
    agent.launch();

    Invocation done =
        fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_SUCCEEDED);

    assertThat(done.getResult().getStdout().getUploaded()).isTrue();
    assertThat(read(done.getId())).isEqualTo(Files.readAllBytes(data));
    Eventually.eventually(
        "its file is gone once the server has the result",
        Duration.ofSeconds(10),
        () -> list(agent.folder().resolve("state/journal/outputs")).isEmpty());
  }

  @Test
  void cancel_worksWhileTheNodesOutputFloodsItsStream() throws Exception {
    AgentProcess agent = fleet.agent("flood").heap(SMALL_HEAP);
    agent.hook("flood", "trap 'exit 1' TERM\nyes muster").start();
    Execution execution = fleet.operator().dispatchTo("flood", "flood");
    Invocation running =
        fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_STARTED);
    Follower follower = new Follower(running.getId(), new byte[0]);
    follower.awaitAtLeast(8 << 20);

    long asked = System.nanoTime();
    var unused = fleet.operator().cancel(execution.getId());
    Invocation cancelled =
        fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_CANCELLED);
    Duration took = Duration.ofNanos(System.nanoTime() - asked);

    assertThat(cancelled.getStarted()).isTrue();
    assertThat(cancelled.getResult().getStdout().getTruncated()).isTrue();
    assertThat(took).isLessThan(Duration.ofSeconds(30));
    assertThat(follower.end.get(LONG.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo(cancelled.getResult().getStdout().getTotalBytes());
  }

  /**
   * One who follows a run's standard output, and checks each byte where there is one to compare.
   */
  private static final class Follower {
    final CompletableFuture<Long> end = new CompletableFuture<>();
    private final byte[] expected;
    private final AtomicLong position = new AtomicLong();

    Follower(String invocation, byte[] expected) {
      this.expected = expected;
      Thread thread = new Thread(() -> follow(invocation), "follower");
      thread.setDaemon(true);
      thread.start();
    }

    private void follow(String invocation) {
      try {
        fleet
            .operator()
            .executions()
            .withDeadlineAfter(2 * LONG.toSeconds(), TimeUnit.SECONDS)
            .readOutput(
                ReadOutputRequest.newBuilder().setInvocationId(invocation).setFollow(true).build())
            .forEachRemaining(this::take);
        end.complete(position.get());
      } catch (RuntimeException | AssertionError e) {
        end.completeExceptionally(e);
      }
    }

    private void take(ReadOutputResponse piece) {
      int from = (int) piece.getOffset();
      int size = piece.getData().size();
      assertThat(piece.getOffset())
          .as("a gap is told")
          .isEqualTo(position.get() + piece.getSkippedBytes());
      if (expected.length > 0) {
        assertThat(piece.getData().equals(ByteString.copyFrom(expected, from, size)))
            .as("what was written at %d", from)
            .isTrue();
      }
      position.set(piece.getOffset() + size);
    }

    void awaitAtLeast(long bytes) {
      Eventually.eventually(
          "something of the run", LONG, () -> end.isDone() || position.get() >= bytes);
      assertThat(end).isNotDone();
    }
  }

  private Invocation succeeded(String action, String node) {
    Execution execution = fleet.operator().dispatchTo(action, node);
    return fleet.operator().awaitInvocation(execution.getId(), INVOCATION_STATE_SUCCEEDED);
  }

  /** Reads standard output as it is kept, head and tail one after the other. */
  private static byte[] read(String invocation) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Context.CancellableContext context = Context.current().withCancellation();
    Context previous = context.attach();
    try {
      fleet
          .operator()
          .executions()
          .withDeadlineAfter(LONG.toSeconds(), TimeUnit.SECONDS)
          .readOutput(ReadOutputRequest.newBuilder().setInvocationId(invocation).build())
          .forEachRemaining(piece -> bytes.writeBytes(piece.getData().toByteArray()));
    } finally {
      context.detach(previous);
      context.cancel(null);
    }
    return bytes.toByteArray();
  }

  /** Bytes of any kind, most of them no UTF-8. */
  private Path data(AgentProcess agent, int size) throws IOException {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return Files.write(agent.folder().resolve("data"), bytes);
  }

  private static Path outputFolder() {
    return fleet.server().dataDirectory().resolve("output");
  }

  private static List<Path> filesIn(String folder) {
    return list(outputFolder().resolve(folder));
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the most memory that the agent has had, in bytes. */
  private static long peakMemory(AgentProcess agent) {
    try (Stream<String> lines =
        Files.lines(Path.of("/proc/" + agent.program().pid() + "/status"))) {
      return lines
              .filter(line -> line.startsWith("VmHWM:"))
              .map(line -> line.replaceAll("[^0-9]", ""))
              .mapToLong(Long::parseLong)
              .findFirst()
              .orElseThrow()
          << 10;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

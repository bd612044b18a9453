// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.Result;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.node.Node;
import dev.muster.server.output.AnnouncedOutput;
import dev.muster.server.output.OutputRetention;
import dev.muster.server.output.OutputUploads;
import dev.muster.server.output.RunStream;
import dev.muster.server.output.StoredOutput;
import dev.muster.server.output.Upload;
import dev.muster.server.tail.OutputListener;
import dev.muster.server.tail.OutputReading;
import dev.muster.wire.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Output that is too large for a report: how it comes in, what is kept of it, and who reads it. */
@Timeout(60)
final class LargeOutputTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final long LIMIT = 300_000;

  private final TestStore store = TestStore.open();
  private final SessionHarness server = new SessionHarness(store);
  private final Node node = server.node();
  private final RecordingOutbound out = new RecordingOutbound();
  private final NodeSession session = server.open(node, out, 4);
  private final OutputRetention retention =
      new OutputRetention(
          server.services.ledger(),
          server.outputFiles(),
          Runnable::run,
          Duration.ofDays(14),
          LIMIT);
  private final OutputUploads uploads =
      new OutputUploads(
          server.services.ledger(),
          store,
          server.outputFiles(),
          retention,
          Runnable::run,
          UUID::randomUUID);
  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private long sequence;

  @AfterEach
  void close() {
    server.close();
    store.close();
  }

  // ---- Uploads ----

  @Test
  void upload_isStored_andTheReportThatTellsOfItIsTaken() {
    Invocation invocation = dispatched();
    byte[] bytes = bytes(100_000);

    StoredOutput stored = upload(invocation, RunStream.STDOUT, bytes);
    finish(invocation, uploaded(bytes));

    assertThat(stored.size()).isEqualTo(bytes.length);
    assertThat(server.find(invocation.id()).state()).isEqualTo(InvocationState.SUCCEEDED);
    assertThat(read(invocation, 0).toByteArray()).isEqualTo(bytes);
    assertThat(retention.bytes()).isEqualTo(bytes.length);
  }

  @Test
  void uploadThatIsCutAnywhere_leavesNothing() throws IOException {
    Invocation invocation = dispatched();
    byte[] bytes = bytes(100_000);
    for (int round = 0; round < 20; round++) {
      int cut = random.nextInt(bytes.length);
      try (Upload upload = begin(invocation, bytes)) {
        upload.append(Arrays.copyOf(bytes, cut));
      }
    }
    finish(invocation, uploaded(bytes));

    assertThat(refusals()).containsExactly(ErrorReason.OUTPUT_DIGEST_MISMATCH);
    assertThat(files()).as("seed %d", seed).isEmpty();
    assertThat(uploads.open()).isZero();
    assertThat(server.find(invocation.id()).state()).isEqualTo(InvocationState.DISPATCHED);
  }

  @Test
  void uploadOfOtherBytesThanAnnounced_isRefused() throws IOException {
    Invocation invocation = dispatched();
    byte[] bytes = bytes(50_000);
    byte[] other = bytes.clone();
    other[random.nextInt(other.length)]++;

    assertRefused(
        ErrorReason.OUTPUT_DIGEST_MISMATCH,
        () -> send(invocation, bytes, upload -> upload.append(other)));
    assertRefused(
        ErrorReason.OUTPUT_DIGEST_MISMATCH,
        () -> send(invocation, bytes, upload -> upload.append(Arrays.copyOf(bytes, 49_999))));
    assertRefused(
        ErrorReason.OUTPUT_DIGEST_MISMATCH,
        () -> send(invocation, bytes, upload -> upload.append(Arrays.copyOf(bytes, 50_001))));

    assertThat(files()).as("seed %d", seed).isEmpty();
  }

  @Test
  void sameContentTwice_isStoredOnce() throws IOException {
    Invocation invocation = dispatched();
    byte[] bytes = bytes(50_000);
    upload(invocation, RunStream.STDOUT, bytes);

    Optional<Upload> again = uploads.begin(node.id(), announced(invocation, bytes));

    assertThat(again).isEmpty();
    assertThat(files()).hasSize(1);
    assertThat(retention.bytes()).isEqualTo(bytes.length);
  }

  @Test
  void otherContent_takesThePlaceOfTheFirst() throws IOException {
    Invocation invocation = dispatched();
    upload(invocation, RunStream.STDOUT, bytes(50_000));
    byte[] second = bytes(40_000);

    upload(invocation, RunStream.STDOUT, second);
    finish(invocation, uploaded(second));

    assertThat(files()).hasSize(1);
    assertThat(retention.bytes()).isEqualTo(second.length);
    assertThat(read(invocation, 0).toByteArray()).isEqualTo(second);
  }

  @Test
  void uploadOfWhatIsNotAwaited_orNotTheNodes_isRefused() {
    Invocation invocation = dispatched();
    Invocation settled = dispatched();
    finish(settled, Result.EMPTY);
    byte[] bytes = bytes(20_000);

    assertRefused(
        ErrorReason.INVALID_STATE_TRANSITION,
        () -> uploads.begin(node.id(), announced(settled, bytes)));
    assertRefused(
        ErrorReason.NSK_NODE_MISMATCH,
        () -> uploads.begin(server.node().id(), announced(invocation, bytes)));
    assertRefused(
        ErrorReason.INVOCATION_NOT_FOUND,
        () ->
            uploads.begin(
                node.id(),
                new AnnouncedOutput(
                    new InvocationId(UUID.randomUUID()), RunStream.STDOUT, 1, Sha256.hash())));
  }

  @Test
  void resultThatSettlesDuringItsUpload_keepsNothingOfIt() throws IOException {
    Invocation invocation = dispatched();
    byte[] bytes = bytes(20_000);
    try (Upload upload = begin(invocation, bytes)) {
      upload.append(bytes);
      finish(invocation, Result.EMPTY);

      assertThat(upload.finish())
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withRootCauseInstanceOf(BusException.class);
    }

    assertThat(files()).isEmpty();
  }

  @Test
  void uploadThatTheStoreCannotRecord_leavesNothing() throws IOException {
    // Bug: its file stayed until the next start, and retention did not know of it.
    Invocation invocation = dispatched();
    byte[] bytes = bytes(20_000);
    try (Upload upload = begin(invocation, bytes)) {
      upload.append(bytes);
      server.failStore(true);

      assertThat(upload.finish())
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withCauseInstanceOf(StoreException.class);
    }
    server.failStore(false);

    assertThat(files()).isEmpty();
  }

  @Test
  void uploadsAboveTheBound_areToldToWait() {
    Invocation invocation = dispatched();
    List<Upload> open = new ArrayList<>();
    for (int i = 0; i < OutputUploads.MOST_AT_ONCE; i++) {
      open.add(begin(invocation, bytes(1_000)));
    }

    BusException refused =
        assertRefused(ErrorReason.RATE_LIMITED, () -> begin(invocation, bytes(1_000)));
    open.remove(0).close();
    open.add(begin(invocation, bytes(1_000)));
    open.forEach(Upload::close);

    assertThat(refused.retryAfter()).isPresent();
    assertThat(uploads.open()).isZero();
  }

  @Test
  void folderThatIsGone_comesBack_andOneThatCannotBeWrittenIsUnavailable() throws IOException {
    Invocation invocation = dispatched();
    byte[] bytes = bytes(20_000);
    upload(invocation, RunStream.STDERR, bytes);
    deleteFolder();

    upload(invocation, RunStream.STDOUT, bytes);
    deleteFolder();
    Files.createFile(folder()); // Root may write anywhere, but not below a file.

    assertRefused(ErrorReason.STORE_UNAVAILABLE, () -> begin(invocation, bytes(30_000)));
    assertThat(uploads.open()).isZero();
  }

  // ---- Retention ----

  @Test
  void oldestOutput_goesWhereAllIsTooMuch() {
    Invocation first = dispatched();
    Invocation second = dispatched();
    byte[] old = bytes(200_000);
    byte[] young = bytes(150_000);
    upload(first, RunStream.STDOUT, old);
    finish(first, uploaded(old));
    server.clock.advance(Duration.ofSeconds(1));

    upload(second, RunStream.STDOUT, young);
    finish(second, uploaded(young));
    server.settle();

    assertThat(retention.bytes()).isEqualTo(young.length);
    assertThat(retention.pruned()).isEqualTo(1);
    assertThat(read(first, 0).end).contains(ErrorReason.OUTPUT_EXPIRED);
    assertThat(read(second, 0).toByteArray()).isEqualTo(young);
  }

  @Test
  void outputLargerThanTheStore_isRefused() {
    Invocation invocation = dispatched();

    assertRefused(ErrorReason.CAPACITY_EXCEEDED, () -> begin(invocation, bytes((int) LIMIT + 1)));
  }

  @Test
  void oldOutput_expires() throws IOException {
    Invocation invocation = dispatched();
    byte[] bytes = bytes(20_000);
    upload(invocation, RunStream.STDOUT, bytes);
    finish(invocation, uploaded(bytes));

    server.clock.advance(Duration.ofDays(14));
    retention.prune();
    server.settle();
    boolean before = read(invocation, 0).end.isEmpty();
    server.clock.advance(Duration.ofSeconds(1));
    retention.prune();
    server.settle();

    assertThat(before).isTrue();
    assertThat(read(invocation, 0).end).contains(ErrorReason.OUTPUT_EXPIRED);
    assertThat(files()).isEmpty();
    assertThat(retention.bytes()).isZero();
  }

  @Test
  void takeStock_deletesWhatHasNoRecord_andCountsTheRest() throws IOException {
    Invocation invocation = dispatched();
    byte[] bytes = bytes(20_000);
    upload(invocation, RunStream.STDOUT, bytes);
    Upload dead = begin(invocation, bytes(1_000)); // Its server dies here.
    dead.append(new byte[10]);
    Path orphan = folder().resolve("ab").resolve(UUID.randomUUID().toString());
    Files.createDirectories(orphan.getParent());
    Files.write(orphan, new byte[10]);

    OutputRetention next =
        new OutputRetention(
            server.services.ledger(), server.outputFiles(), Runnable::run, HOUR, LIMIT);
    next.takeStock(store);

    assertThat(files()).hasSize(1);
    assertThat(next.bytes()).isEqualTo(bytes.length);
    dead.close();
  }

  // ---- Reading ----

  @Test
  void truncatedOutput_isReadWithItsGap() {
    Invocation invocation = dispatched();
    byte[] kept = bytes(100_000);
    upload(invocation, RunStream.STDOUT, kept);
    finish(
        invocation,
        result(new Result.Output(new byte[0], 1_000_000, true, 60_000, new byte[32], true)));

    Reader reader = read(invocation, 0);
    Reader tail = read(invocation, 500_000);

    assertThat(reader.toByteArray()).isEqualTo(kept);
    assertThat(reader.skips).containsExactly(900_000L);
    assertThat(reader.gaps).containsExactly(OutputListener.Gap.TRUNCATED);
    assertThat(tail.toByteArray()).isEqualTo(Arrays.copyOfRange(kept, 60_000, 100_000));
    assertThat(tail.skips).containsExactly(460_000L);
  }

  @Test
  void inlineOutput_isReadFromTheResult() {
    Invocation invocation = dispatched();
    byte[] bytes = bytes(1_000);
    finish(
        invocation, result(new Result.Output(bytes, 1_000, false, 0, Sha256.hash(bytes).bytes())));

    assertThat(read(invocation, 0).toByteArray()).isEqualTo(bytes);
    assertThat(read(invocation, 990).toByteArray())
        .isEqualTo(Arrays.copyOfRange(bytes, 990, 1_000));
    assertThat(read(invocation, 5_000).toByteArray()).isEmpty();
  }

  @Test
  void runThatGoesOn_isShownOnlyWhileSomebodyFollows() {
    Invocation invocation = dispatched();
    session.output(invocation.id(), false, 0, new byte[] {9});
    Reader first = follow(invocation);
    Reader second = follow(invocation);

    session.output(invocation.id(), false, 10, new byte[] {1, 2});
    session.output(invocation.id(), true, 0, new byte[] {7});
    session.output(invocation.id(), false, 12, new byte[] {3});
    first.reading().close();
    session.output(invocation.id(), false, 13, new byte[] {4});
    second.reading().close();

    assertThat(first.toByteArray()).containsExactly(1, 2, 3);
    assertThat(first.skips).containsExactly(10L);
    assertThat(first.gaps).containsExactly(OutputListener.Gap.NOT_SHOWN);
    assertThat(second.toByteArray()).containsExactly(1, 2, 3, 4);
    assertThat(out.sent()).filteredOn(word -> word.startsWith("TAIL")).endsWith("TAIL off");
    assertThat(out.sent()).contains("TAIL on");
    assertThat(server.readings.open()).isZero();
  }

  @Test
  void follower_getsWhatIsKeptBehindTheLastByteThatCame() {
    Invocation invocation = dispatched();
    byte[] bytes = bytes(100_000);
    Reader follower = follow(invocation);
    session.output(invocation.id(), false, 0, Arrays.copyOf(bytes, 30_000));
    upload(invocation, RunStream.STDOUT, bytes);

    finish(invocation, uploaded(bytes));
    server.settle();

    assertThat(follower.toByteArray()).isEqualTo(bytes);
    assertThat(follower.skips).isEmpty();
    assertThat(follower.ended).isTrue();
  }

  @Test
  void slowFollower_losesBytes_isTold_andHoldsNoMoreThanItsBound() {
    Invocation invocation = dispatched();
    Reader slow = follow(invocation);
    Reader quick = follow(invocation);
    slow.ready = false;
    int pieces = 200;
    byte[] piece = new byte[16 << 10];

    for (int i = 0; i < pieces; i++) {
      session.output(invocation.id(), false, (long) i * piece.length, piece);
    }
    slow.ready = true;
    slow.reading().ready();
    int held = slow.toByteArray().length;
    session.output(invocation.id(), false, (long) pieces * piece.length, new byte[] {1});
    slow.reading().close();
    quick.reading().close();

    assertThat(held).isEqualTo(1 << 20);
    assertThat(slow.skips).containsExactly((long) pieces * piece.length - (1 << 20));
    assertThat(slow.gaps).containsExactly(OutputListener.Gap.NOT_SHOWN);
    assertThat(quick.skips).isEmpty();
    assertThat(quick.toByteArray()).hasSize(pieces * piece.length + 1);
  }

  @Test
  void outputOfAnotherNodesRun_isDropped() {
    Invocation invocation = dispatched();
    Reader follower = follow(invocation);
    NodeSession foreign = server.open(server.node(), new RecordingOutbound(), 1);

    foreign.output(invocation.id(), false, 0, new byte[] {6, 6, 6});
    session.output(invocation.id(), false, 0, new byte[] {1});
    follower.reading().close();

    assertThat(follower.toByteArray()).containsExactly(1);
  }

  @Test
  void runThatWaits_isShownFromItsHandOverOn_andOnTheNextSessionToo() {
    Node later = server.node();
    var execution = server.dispatch(HOUR, later);
    Invocation waiting = server.only(execution);
    Reader follower = follow(waiting);
    RecordingOutbound first = new RecordingOutbound();

    NodeSession held = server.open(later, first, 4);
    server.settle();

    assertThat(first.sent()).contains("EXECUTE", "TAIL on");
    held.output(waiting.id(), false, 0, new byte[] {5});
    follower.reading().close();
    assertThat(follower.toByteArray()).containsExactly(5);
  }

  @Test
  void runThatGoesOn_hasNothingWithoutFollow_andUnknownOneIsNotFound() {
    Invocation invocation = dispatched();

    assertThat(read(invocation, 0).ended).isTrue();
    Reader unknown = new Reader();
    unknown.open(new InvocationId(UUID.randomUUID()), RunStream.STDOUT, true);
    assertThat(unknown.end).contains(ErrorReason.INVOCATION_NOT_FOUND);
    assertThat(server.readings.open()).isZero();
  }

  // ---- Help ----

  /** Who reads, and notes it. */
  private final class Reader implements OutputListener {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final List<Long> skips = new ArrayList<>();
    final List<Gap> gaps = new ArrayList<>();
    Optional<ErrorReason> end = Optional.empty();
    boolean ended;
    boolean ready = true;
    private @Nullable OutputReading reading;

    OutputReading reading() {
      return java.util.Objects.requireNonNull(reading);
    }

    void open(InvocationId id, RunStream stream, boolean follow) {
      open(id, stream, 0, follow);
    }

    void open(InvocationId id, RunStream stream, long offset, boolean follow) {
      reading = server.readings.open(id, stream, offset, follow, this);
      reading.ready();
    }

    byte[] toByteArray() {
      return bytes.toByteArray();
    }

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void onBytes(long offset, byte[] piece, long skipped, Gap gap) {
      bytes.writeBytes(piece);
      if (skipped > 0) {
        skips.add(skipped);
        gaps.add(gap);
      }
    }

    @Override
    public void onEnd(Optional<BusException> refusal) {
      ended = true;
      end = refusal.map(BusException::reason);
    }
  }

  private Reader read(Invocation invocation, long offset) {
    Reader reader = new Reader();
    reader.open(invocation.id(), RunStream.STDOUT, offset, false);
    assertThat(reader.ended).isTrue();
    return reader;
  }

  private Reader follow(Invocation invocation) {
    Reader reader = new Reader();
    reader.open(invocation.id(), RunStream.STDOUT, true);
    return reader;
  }

  private Invocation dispatched() {
    var execution = server.dispatch(HOUR, node);
    server.settle();
    return server.only(execution);
  }

  private StoredOutput upload(Invocation invocation, RunStream stream, byte[] bytes) {
    try (Upload upload =
        uploads
            .begin(
                node.id(),
                new AnnouncedOutput(invocation.id(), stream, bytes.length, Sha256.hash(bytes)))
            .orElseThrow()) {
      for (int from = 0; from < bytes.length; from += 7_000) {
        upload.append(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 7_000)));
      }
      return upload.finish().join();
    } finally {
      server.settle();
    }
  }

  private void send(Invocation invocation, byte[] announced, Consumer<Upload> sending) {
    try (Upload upload = begin(invocation, announced)) {
      sending.accept(upload);
      var unused = upload.finish();
    }
  }

  private Upload begin(Invocation invocation, byte[] bytes) {
    return uploads.begin(node.id(), announced(invocation, bytes)).orElseThrow();
  }

  private static AnnouncedOutput announced(Invocation invocation, byte[] bytes) {
    return new AnnouncedOutput(invocation.id(), RunStream.STDOUT, bytes.length, Sha256.hash(bytes));
  }

  private void finish(Invocation invocation, Result result) {
    session.callback(
        ++sequence,
        invocation.id(),
        List.of(
            ReportedStep.of(InvocationEvent.REPORTED_ACKNOWLEDGED),
            ReportedStep.of(InvocationEvent.REPORTED_STARTED),
            new ReportedStep(
                InvocationEvent.REPORTED_SUCCEEDED, null, result, "", "", false, false, 1)));
    server.settle();
  }

  private static Result uploaded(byte[] bytes) {
    return result(
        new Result.Output(new byte[0], bytes.length, false, 0, Sha256.hash(bytes).bytes(), true));
  }

  private static Result result(Result.Output stdout) {
    return new Result(new byte[0], null, OptionalInt.of(0), stdout, Result.Output.NONE);
  }

  private List<ErrorReason> refusals() {
    return out.acknowledgements.stream()
        .flatMap(acknowledgement -> acknowledgement.refused().stream())
        .map(refused -> refused.refusal().reason())
        .toList();
  }

  private static BusException assertRefused(
      ErrorReason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    BusException refusal = catchThrowableOfType(BusException.class, call);
    assertThat(refusal.reason()).isEqualTo(reason);
    return refusal;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private Path folder() {
    return store.directory().resolve("output");
  }

  private List<Path> files() throws IOException {
    if (!Files.isDirectory(folder())) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder())) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private void deleteFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder())) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

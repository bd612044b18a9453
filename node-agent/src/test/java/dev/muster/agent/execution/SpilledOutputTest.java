// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.output.KeptOutput;
import dev.muster.agent.output.OutputFolder;
import dev.muster.proto.type.v1.Output;
import dev.muster.wire.Limits;
import dev.muster.wire.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output that outgrows its report: what is in its file, byte for byte. */
final class SpilledOutputTest {
  private static final int INLINE = Limits.INLINE_OUTPUT_BYTES;

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private final InvocationId id = new InvocationId(UUID.randomUUID());

  @TempDir Path directory;

  @Test
  void anyBytesInWritesOfAnySize_areKeptAsHeadAndTail() throws IOException {
    for (int round = 0; round < 60; round++) {
      int cap = INLINE + 1 + random.nextInt(100_000);
      byte[] written = bytes(INLINE + 1 + random.nextInt(3 * cap));

      Kept kept = capture(OutputFolder.open(directory, 1L << 30), cap, written);

      String why = "seed " + seed + ", round " + round + ", cap " + cap + ", " + written.length;
      assertThat(kept.bytes()).as(why).isEqualTo(expected(written, cap));
      assertThat(kept.output().uploaded().getTruncated()).as(why).isEqualTo(written.length > cap);
      assertThat(kept.output().uploaded().getTotalBytes()).as(why).isEqualTo(written.length);
      assertThat(kept.output().uploaded().getSha256())
          .as(why)
          .isEqualTo(ByteString.copyFrom(Sha256.hash(written).bytes()));
      assertThat(kept.output().sha256())
          .as(why)
          .isEqualTo(ByteString.copyFrom(Sha256.hash(kept.bytes()).bytes()));
    }
  }

  @Test
  void outputAtTheCap_isWhole_andOneByteMoreIsCut() throws IOException {
    int cap = 100_001;
    byte[] written = bytes(cap + 1);

    Kept exact = capture(OutputFolder.open(directory, 1L << 30), cap, Arrays.copyOf(written, cap));
    Kept above = capture(OutputFolder.open(directory, 1L << 30), cap, written);

    assertThat(exact.output().uploaded().getTruncated()).isFalse();
    assertThat(exact.bytes()).isEqualTo(Arrays.copyOf(written, cap));
    assertThat(above.output().uploaded().getTruncated()).isTrue();
    assertThat(above.output().uploaded().getHeadBytes()).isEqualTo(cap - cap / 2);
    assertThat(above.output().size()).isEqualTo(cap);
  }

  @Test
  void whatFitsIntoAReport_makesNoFile() throws IOException {
    OutputFolder folder = OutputFolder.open(directory, 1L << 30);
    OutputCapture capture = new OutputCapture(INLINE, () -> folder.create(id, false, 1 << 20));

    capture.write(bytes(INLINE), 0, INLINE);
    Output told = capture.finish();

    assertThat(capture.isSpilled()).isFalse();
    assertThat(told.getTruncated()).isFalse();
    assertThat(files()).isEmpty();
  }

  @Test
  void fullFolder_leavesHeadAndTail() throws IOException {
    OutputFolder folder = OutputFolder.open(directory, 50_000);
    OutputCapture capture = new OutputCapture(INLINE, () -> folder.create(id, false, 1 << 20));
    byte[] written = bytes(200_000);

    for (int from = 0; from < written.length; from += 10_000) {
      capture.write(written, from, 10_000);
    }
    Output told = capture.finish();

    assertThat(capture.isSpilled()).isFalse();
    assertThat(told.getTruncated()).isTrue();
    assertThat(told.getData().toByteArray()).isEqualTo(expected(written, INLINE));
    assertThat(files()).isEmpty();
    folder.create(id, false, 40_000).orElseThrow().write(0, written, 0, 40_000);
  }

  @Test
  void fileThatIsNotWhatTheReportTellsOf_isOfNoUse() throws IOException {
    OutputFolder folder = OutputFolder.open(directory, 1L << 30);
    byte[] written = bytes(50_000);
    Kept kept = capture(folder, 1 << 20, written);
    Path file = directory.resolve(id + ".stdout");

    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 30_000));

    assertThat(folder.find(id, false, kept.told())).isEmpty();
  }

  @Test
  void whatBelongsToNobody_isDeleted() throws IOException {
    OutputFolder folder = OutputFolder.open(directory, 1L << 30);
    Kept kept = capture(folder, 1 << 20, bytes(50_000));

    folder.deleteAllBut(Set.of(id));
    Optional<KeptOutput> still = folder.find(id, false, kept.told());
    folder.deleteAllBut(Set.of());

    assertThat(still).isPresent();
    assertThat(files()).isEmpty();
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
  private record Kept(KeptOutput output, Output told, byte[] bytes) {}

  private Kept capture(OutputFolder folder, int cap, byte[] written) throws IOException {
    OutputCapture capture = new OutputCapture(INLINE, () -> folder.create(id, false, cap));
    for (int from = 0; from < written.length; ) {
      int length = Math.min(written.length - from, 1 + random.nextInt(90_000));
      capture.write(written, from, length);
      from += length;
    }
    Output told = capture.finish();
    assertThat(capture.isSpilled()).as("seed %d", seed).isTrue();
    KeptOutput kept = folder.find(id, false, told).orElseThrow();
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    for (long at = 0; at < kept.size(); ) {
      byte[] piece = kept.read(at, 1 + random.nextInt(70_000));
      assertThat(piece).as("seed %d", seed).isNotEmpty();
      read.write(piece);
      at += piece.length;
    }
    return new Kept(kept, told, read.toByteArray());
  }

  private static byte[] expected(byte[] written, int cap) {
    if (written.length <= cap) {
      return written;
    }
    int head = cap - cap / 2;
    byte[] kept = Arrays.copyOf(written, cap);
    System.arraycopy(written, written.length - cap / 2, kept, head, cap / 2);
    return kept;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }
}

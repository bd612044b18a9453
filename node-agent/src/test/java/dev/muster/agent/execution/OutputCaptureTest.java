// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.proto.type.v1.Output;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OutputCaptureTest {
  @Test
  void nothingWritten_isTheEmptyOutput() {
    assertThat(new OutputCapture(10).finish()).isEqualTo(Output.getDefaultInstance());
  }

  /** Every length around the cap, in every way to cut it into three writes. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 7, 8})
  void everyLengthAroundTheCap_isKeptOrCutRightly(int cap) throws Exception {
    for (int length = 0; length <= 3 * cap + 4; length++) {
      byte[] bytes = bytes(length);
      for (int first = 0; first <= length; first++) {
        for (int second = first; second <= length; second++) {
          OutputCapture capture = new OutputCapture(cap);
          capture.write(bytes, 0, first);
          capture.write(bytes, first, second - first);
          capture.write(bytes, second, length - second);

          assertThat(capture.finish())
              .as("cap %d, %d bytes cut at %d and %d", cap, length, first, second)
              .isEqualTo(expected(bytes, cap));
        }
      }
    }
  }

  @Test
  void manyWritesOfAnySize_keepHeadAndTail() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      int cap = random.nextInt(20_000);
      OutputCapture capture = new OutputCapture(cap);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int writes = random.nextInt(20); writes > 0; writes--) {
        byte[] part = new byte[random.nextInt(6_000)];
        random.nextBytes(part);
        capture.write(part, 0, part.length);
        all.write(part, 0, part.length);
      }

      assertThat(capture.finish()).as("seed %d", seed).isEqualTo(expected(all.toByteArray(), cap));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16_383, 16_384, 16_385})
  void inlineLimit_isKeptToTheByte(int length) {
    OutputCapture capture = new OutputCapture(16_384);

    capture.write(bytes(length), 0, length);

    Output output = capture.finish();
    assertThat(output.getData().size()).isEqualTo(Math.min(length, 16_384));
    assertThat(output.getTruncated()).isEqualTo(length > 16_384);
    assertThat(output.getHeadBytes()).isEqualTo(length > 16_384 ? 8_192 : 0);
    assertThat(output.getTotalBytes()).isEqualTo(length);
  }

  @Test
  void writesAfterTheEnd_areDropped() {
    OutputCapture capture = new OutputCapture(10);
    capture.write('a');
    Output first = capture.finish();

    capture.write('b');

    assertThat(capture.finish()).isEqualTo(first);
  }

  @Test
  void tap_seesWhatIsWrittenWithItsOffset() {
    OutputCapture capture = new OutputCapture(2);
    List<String> seen = new ArrayList<>();
    capture.write(bytes(3), 0, 3);
    capture.tap((offset, data) -> seen.add(offset + ":" + data.toStringUtf8()));

    capture.write(new byte[] {'x', 'y'}, 0, 2);
    capture.tap(null);
    capture.write('z');

    assertThat(seen).containsExactly("3:xy");
  }

  private static Output expected(byte[] all, int cap) throws NoSuchAlgorithmException {
    if (all.length == 0) {
      return Output.getDefaultInstance();
    }
    Output.Builder output =
        Output.newBuilder()
            .setTotalBytes(all.length)
            .setSha256(ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(all)));
    if (all.length <= cap) {
      return output.setData(ByteString.copyFrom(all)).build();
    }
    int head = cap - cap / 2;
    int tail = cap / 2;
    return output
        .setTruncated(true)
        .setHeadBytes(head)
        .setData(
            ByteString.copyFrom(all, 0, head)
                .concat(ByteString.copyFrom(all, all.length - tail, tail)))
        .build();
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) ('a' + i % 26);
    }
    return bytes;
  }
}

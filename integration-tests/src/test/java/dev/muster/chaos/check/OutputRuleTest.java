// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.proto.type.v1.Output;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OutputRuleTest {
  private static final String DIGEST = "ab".repeat(32);
  private static final String OTHER = "cd".repeat(32);

  private final OutputRule rule = new OutputRule();

  private static Scene ran(String end, boolean cut, long bytes, String digest) {
    Output stdout =
        Output.newBuilder()
            .setTotalBytes(bytes)
            .setTruncated(cut)
            .setUploaded(true)
            .setSha256(ByteString.copyFrom(HexFormat.of().parseHex(digest)))
            .build();
    return new Scene()
        .invocation(
            "i1",
            "a",
            invocation -> invocation.getResultBuilder().setStdout(stdout),
            "0 DISPATCHED dispatch",
            "5 " + end + " node");
  }

  private static Kept whole() {
    return new Kept("i1", 1_000, 0, 0, DIGEST, "");
  }

  @Test
  void wholeOutput_isAsWritten() {
    assertThat(
            ran("SUCCEEDED", false, 1_000, DIGEST)
                .wrote("i1", 1_000, DIGEST)
                .kept(whole())
                .check(rule))
        .isEmpty();
  }

  @Test
  void anotherLengthOrDigestThanTheHooks_isFound_butOnlyWhereItCameToItsEnd() {
    assertThat(ran("SUCCEEDED", false, 1_000, DIGEST).wrote("i1", 999, DIGEST).check(rule))
        .hasSize(1);
    assertThat(ran("SUCCEEDED", false, 1_000, DIGEST).wrote("i1", 1_000, OTHER).check(rule))
        .hasSize(1);
    assertThat(ran("TIMED_OUT", false, 1_000, DIGEST).wrote("i1", 999, OTHER).check(rule))
        .isEmpty();
  }

  @Test
  void halfAnOutput_aDigestThatIsNotIts_wrongBytes_andARefusal_areFound() {
    for (Kept kept :
        List.of(
            new Kept("i1", 500, 0, 0, DIGEST, ""),
            new Kept("i1", 500, 500, 0, DIGEST, ""),
            new Kept("i1", 1_000, 0, 0, OTHER, ""),
            new Kept("i1", 1_000, 0, 1, DIGEST, ""),
            new Kept("i1", 0, 0, 0, "", "OUTPUT_EXPIRED"))) {
      assertThat(ran("SUCCEEDED", false, 1_000, DIGEST).kept(kept).check(rule))
          .as("%s", kept)
          .hasSize(1);
    }
  }

  @Test
  void cutOutput_saysHowMuchIsMissing() {
    assertThat(
            ran("SUCCEEDED", true, 1_000, DIGEST)
                .kept(new Kept("i1", 600, 400, 0, OTHER, ""))
                .check(rule))
        .isEmpty();
    for (Kept kept :
        List.of(
            new Kept("i1", 600, 300, 0, OTHER, ""),
            new Kept("i1", 1_000, 0, 0, DIGEST, ""),
            new Kept("i1", 600, 400, 7, OTHER, ""))) {
      assertThat(ran("SUCCEEDED", true, 1_000, DIGEST).kept(kept).check(rule))
          .as("%s", kept)
          .hasSize(1);
    }
  }

  @Test
  void line_isRead_unlessItsEndIsMissing() {
    assertThat(Written.parse("wrote 0190-abc 1 4711 " + DIGEST))
        .contains(new Written("0190-abc", 4711, DIGEST));
    assertThat(Written.parse("wrote 0190-abc 1 4711 " + DIGEST.substring(1))).isEmpty();
    assertThat(Written.parse("start 0190-abc 1 4711 12.34")).isEmpty();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.type.v1.Result;
import dev.muster.proto.type.v1.ResultError;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a hostile node writes, the terminal sees only what can be seen. */
final class SafeTextFuzzTest {
  private static final int ROUNDS = 20_000;

  // Pieces that terminals act on, between random ones.
  private static final String[] HOSTILE = {
    "\u001b[31m",
    "\u001b]0;title\u0007",
    "\u009b2J",
    "\u0090q\u009c",
    "\r",
    "\b",
    "\u007f",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u2028",
    "\ud800",
    "\udc00",
    "\u000e",
    "\u0000",
    "\ue000",
  };

  @Test
  void anyText_isHarmless() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < ROUNDS; i++) {
      String text = text(random);

      assertHarmless(SafeText.line(text), "", seed);
      assertHarmless(SafeText.block(text), "\n\t", seed);
      assertHarmless(Cell.of(text).text(), "", seed);
    }
  }

  @Test
  void anyMessage_isHarmlessJson_thatReadsBack() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < ROUNDS / 10; i++) {
      // Protobuf strings are valid Unicode: what the wire decodes has no halves of pairs.
      String text =
          new String(text(random).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      Invocation invocation = Invocation.newBuilder().setNodeName(text).setStdoutText(text).build();

      String json = MessageJson.line(invocation);

      assertHarmless(json, "", seed);
      assertThat(JsonParser.parseString(json).getAsJsonObject().get("stdout_text").getAsString())
          .as("seed %d", seed)
          .isEqualTo(text);
    }
  }

  @Test
  void everythingPrinted_isHarmless_whereverItComesFrom() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < ROUNDS / 20; i++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
      Terminal terminal =
          new Terminal(
              InputStream.nullInputStream(), out, out, Terminal.Ttys.NONE, false, () -> 80);
      String text = text(random);

      terminal.line(text);
      terminal.note(text);
      new Sheet().fact("Fact", text).printTo(terminal);
      new Table("A", "B").row(Cell.of(text), Cell.of(text)).printTo(terminal);
      IndentedJson.of(text).lines().forEach(terminal::line);
      InputFields.print(
          "{\"properties\":{\"a\":{\"description\":" + quoted(text) + "}}}", terminal);
      terminal.jsonLine(hostileResult(text));

      assertHarmless(bytes.toString(StandardCharsets.UTF_8), "\n\t", seed);
    }
  }

  private static Result hostileResult(String text) {
    ByteString bytes = ByteString.copyFromUtf8(text);
    return Result.newBuilder()
        .setError(ResultError.newBuilder().setMessageBytes(ByteString.copyFromUtf8("x")))
        .setDataJson(bytes)
        .build();
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int pieces = random.nextInt(12); pieces > 0; pieces--) {
      switch (random.nextInt(4)) {
        case 0 -> text.append(HOSTILE[random.nextInt(HOSTILE.length)]);
        case 1 -> text.appendCodePoint(random.nextInt(0x110000));
        case 2 -> text.append((char) random.nextInt(0x100));
        default -> text.append("{\"a\": [1, 2]}, ");
      }
    }
    return text.toString();
  }

  private static void assertHarmless(String text, String allowed, long seed) {
    text.codePoints()
        .filter(point -> allowed.indexOf(point) < 0)
        .forEach(
            point -> {
              assertThat(Character.isISOControl(point))
                  .as("U+%04x, seed %d", point, seed)
                  .isFalse();
              assertThat(Character.getType(point))
                  .as("U+%04x, seed %d", point, seed)
                  .isNotIn(
                      (int) Character.FORMAT,
                      (int) Character.SURROGATE,
                      (int) Character.LINE_SEPARATOR,
                      (int) Character.PARAGRAPH_SEPARATOR);
            });
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.RepeatedTest;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Random and damaged texts: StrictJson takes exactly what Jackson, told to be strict, takes.
 *
 * <p>{@code -Dmuster.fuzz.inputs=…} tries more.
 */
final class StrictJsonFuzzTest {
  private static final int REPETITIONS = 4;
  private static final int INPUTS = Integer.getInteger("muster.fuzz.inputs", 100_000) / REPETITIONS;
  private static final JsonFactory JACKSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(Limits.JSON_DEPTH).build())
          .build();
  private static final Pattern SURROGATE_ESCAPE = Pattern.compile("\\\\u[dD][89a-fA-F]");
  private static final Pattern LARGE_EXPONENT = Pattern.compile("[eE][+-]?\\d{4}");
  private static final byte[] INTERESTING =
      "{}[]\",:\\/.eE+-0123456789truefalsn ubd8é\n\t\0\u007f".getBytes(StandardCharsets.UTF_8);

  @RepeatedTest(REPETITIONS)
  void checkValue_agreesWithJackson() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int accepted = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] text = document(random);
      for (int damage = random.nextInt(3); damage > 0; damage--) {
        text = damage(random, text);
      }
      boolean ours = strictJsonAccepts(text);
      accepted += ours ? 1 : 0;
      // Jackson takes unpaired surrogate escapes, and any exponent.
      if (!SURROGATE_ESCAPE.matcher(latin1(text)).find()
          && !LARGE_EXPONENT.matcher(latin1(text)).find()) {
        assertThat(ours)
            .as("seed %d, text %s", seed, Arrays.toString(text) + " = " + latin1(text))
            .isEqualTo(jacksonAccepts(text));
      }
    }
    assertThat(accepted)
        .as("seed %d reaches both answers", seed)
        .isBetween(INPUTS / 12, INPUTS - INPUTS / 12);
  }

  private static boolean strictJsonAccepts(byte[] text) {
    try {
      StrictJson.checkValue(text, Limits.INPUT_BYTES);
      return true;
    } catch (StrictJsonException e) {
      assertThat(e.offset()).isBetween(0, text.length);
      return false;
    }
  }

  private static boolean jacksonAccepts(byte[] text) {
    try (JsonParser parser = JACKSON.createParser(ObjectReadContext.empty(), decode(text))) {
      int depth = 0;
      int values = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isScalarValue()) {
          parser.getString(); // Reads lazily otherwise.
        }
        if (token.isStructStart()) {
          depth++;
        } else if (token.isStructEnd()) {
          depth--;
        }
        if (depth == 0) {
          values++;
        }
      }
      return values == 1;
    } catch (JacksonException | CharacterCodingException e) {
      return false;
    }
  }

  /** Decodes strictly: from bytes, Jackson would guess at UTF-16 and UTF-32 as well. */
  private static String decode(byte[] text) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
  }

  private static byte[] damage(Random random, byte[] text) {
    int at = random.nextInt(text.length + 1);
    byte[] damaged;
    switch (random.nextInt(4)) {
      case 0 -> damaged = Arrays.copyOf(text, at);
      case 1 -> {
        damaged = new byte[text.length + 1];
        System.arraycopy(text, 0, damaged, 0, at);
        damaged[at] = randomByte(random);
        System.arraycopy(text, at, damaged, at + 1, text.length - at);
      }
      default -> {
        damaged = text.clone();
        if (at < text.length) {
          damaged[at] = randomByte(random);
        }
      }
    }
    return damaged;
  }

  private static byte randomByte(Random random) {
    return random.nextInt(8) == 0
        ? (byte) random.nextInt(256)
        : INTERESTING[random.nextInt(INTERESTING.length)];
  }

  private static byte[] document(Random random) {
    StringBuilder text = new StringBuilder();
    int wrap = random.nextInt(50) == 0 ? 60 + random.nextInt(6) : 0;
    text.append("[".repeat(wrap));
    value(random, text, 4);
    text.append("]".repeat(wrap));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void value(Random random, StringBuilder text, int depth) {
    space(random, text);
    switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0 -> text.append(random.nextBoolean() ? "true" : "null");
      case 1 -> text.append(random.nextLong());
      case 2 -> text.append(random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20));
      case 3, 4, 5 -> string(random, text);
      case 6, 7 -> {
        text.append('{');
        for (int i = 0, members = random.nextInt(4); i < members; i++) {
          text.append(i == 0 ? "" : ",");
          string(random, text);
          text.append(':');
          value(random, text, depth - 1);
        }
        text.append('}');
      }
      default -> {
        text.append('[');
        for (int i = 0, elements = random.nextInt(4); i < elements; i++) {
          text.append(i == 0 ? "" : ",");
          value(random, text, depth - 1);
        }
        text.append(']');
      }
    }
    space(random, text);
  }

  private static void string(Random random, StringBuilder text) {
    String[] pieces = {
      "a", "b", "\\u0061", "\\n", "é", "😀", "\\\\", "\\\"", "\\ud83d\\ude00", "~/"
    };
    text.append('"');
    for (int i = random.nextInt(3); i > 0; i--) {
      text.append(pieces[random.nextInt(pieces.length)]);
    }
    text.append('"');
  }

  private static void space(Random random, StringBuilder text) {
    text.append(random.nextInt(4) == 0 ? " \n" : "");
  }

  private static String latin1(byte[] text) {
    return new String(text, StandardCharsets.ISO_8859_1);
  }
}

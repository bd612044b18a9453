// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Random schemas and inputs: each is compiled or refused, checked, redacted, and nothing else is
 * ever thrown.
 */
final class InputSchemaFuzzTest {
  private static final int REPETITIONS = 3;

  /** A schema takes ten times as long as other inputs. */
  private static final int INPUTS =
      Integer.getInteger("muster.fuzz.inputs", 90_000) / 10 / REPETITIONS;

  private static final String[] KEYS = {"a", "b", "p"};
  private static final String[] SCALARS = {
    "0",
    "1",
    "-1.5",
    "1e999",
    "1e-999",
    "9007199254740993",
    "\"\"",
    "\"a\"",
    "\"s3cret\"",
    "true",
    "null",
    "{}",
    "[]"
  };

  @RepeatedTest(REPETITIONS)
  void everyPair_hasAnAnswer() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int compiled = 0;
    for (int i = 0; i < INPUTS; i++) {
      String schema =
          "{\"$defs\":{\"a\":" + schema(random, 3) + "}," + schema(random, 4).substring(1);
      schema = schema.replace(",}", "}");
      String input = "{\"a\":" + value(random, 3) + ",\"p\":" + value(random, 2) + "}";
      try {
        InputSchema compiledSchema = InputSchema.compile(schema.getBytes(UTF_8));
        compiled++;
        compiledSchema.validate(input.getBytes(UTF_8));
        compiledSchema.validate(compiledSchema.defaults().getBytes(UTF_8));
        compiledSchema.redact(input.getBytes(UTF_8));
      } catch (SchemaException e) {
        assertThat(e.getMessage()).isNotEmpty();
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed + ": " + schema + " on " + input, e);
      }
    }
    assertThat(compiled)
        .as("seed %d reaches both answers", seed)
        .isBetween(INPUTS / 30, INPUTS - INPUTS / 300);
  }

  @RepeatedTest(3)
  void secretMember_isNeverShown() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      String secret = "{\"properties\":{\"p\":{\"writeOnly\":true}}}";
      String other = sound(random, 3);
      String schema =
          random.nextBoolean()
              ? "{\"allOf\":[" + secret + "," + other + "]}"
              : "{\"anyOf\":[" + other + "," + secret + "]}";
      String input = "{\"p\":\"s3cret\",\"a\":1}";

      assertThat(InputSchema.compile(schema.getBytes(UTF_8)).redact(input.getBytes(UTF_8)))
          .as("seed %d: %s", seed, schema)
          .doesNotContain("s3cret");
    }
  }

  /** A schema that may be nonsense. */
  private static String schema(Random random, int depth) {
    if (random.nextInt(60) == 0) {
      return "{\"type\":\"nonsense\"}";
    }
    StringBuilder schema = new StringBuilder("{");
    for (int i = random.nextInt(4); i > 0; i--) {
      schema.append(keyword(random, depth, i)).append(',');
    }
    return schema.append('}').toString().replace(",}", "}");
  }

  private static String keyword(Random random, int depth, int salt) {
    String sub = depth == 0 ? "{}" : schema(random, depth - 1);
    String key = KEYS[random.nextInt(KEYS.length)];
    // Each salt has its own keywords, so that none is there twice.
    return switch (salt) {
      case 1 ->
          switch (random.nextInt(6)) {
            case 0 -> "\"properties\":{\"" + key + "\":" + sub + "}";
            case 1 -> "\"items\":" + sub;
            case 2 -> "\"allOf\":[" + sub + "]";
            case 3 -> "\"oneOf\":[" + sub + "," + sub + "]";
            case 4 -> "\"not\":" + sub;
            default -> "\"$ref\":\"" + (random.nextInt(8) == 0 ? "#" : "#/$defs/a") + "\"";
          };
      case 2 ->
          switch (random.nextInt(7)) {
            case 0 -> "\"type\":[\"integer\",\"object\"]";
            case 1 -> "\"multipleOf\":0.7";
            case 2 -> "\"enum\":[" + value(random, 1) + "]";
            case 3 -> "\"const\":" + value(random, 1);
            case 4 -> "\"maximum\":1e300";
            case 5 -> "\"pattern\":\"" + (random.nextInt(9) == 0 ? "(" : "^a?") + "\"";
            default -> "\"uniqueItems\":true";
          };
      default ->
          switch (random.nextInt(6)) {
            case 0 -> "\"if\":" + sub;
            case 1 -> "\"additionalProperties\":" + sub;
            case 2 -> "\"patternProperties\":{\"^p\":" + sub + "}";
            case 3 -> "\"prefixItems\":[" + sub + "]";
            case 4 -> "\"default\":" + value(random, 2);
            default -> "\"unevaluatedProperties\":false";
          };
    };
  }

  /** A schema that compiles. */
  private static String sound(Random random, int depth) {
    String schema = "{}";
    for (int i = random.nextInt(depth + 1); i > 0; i--) {
      schema =
          switch (random.nextInt(4)) {
            case 0 -> "{\"allOf\":[" + schema + ",true]}";
            case 1 -> "{\"additionalProperties\":true,\"anyOf\":[" + schema + "]}";
            case 2 -> "{\"properties\":{\"p\":" + schema + "}}";
            default -> "{\"patternProperties\":{\"p\":" + schema + "}}";
          };
    }
    return schema;
  }

  private static String value(Random random, int depth) {
    String inner = depth == 0 ? "1" : value(random, depth - 1);
    return switch (random.nextInt(4)) {
      case 0 -> "{\"" + KEYS[random.nextInt(KEYS.length)] + "\":" + inner + "}";
      case 1 -> "[" + inner + "," + inner + "]";
      default -> SCALARS[random.nextInt(SCALARS.length)];
    };
  }
}

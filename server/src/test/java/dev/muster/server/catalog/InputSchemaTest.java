// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.error.FieldViolation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InputSchemaTest {
  private static final String SERVICE =
      """
      {"$schema": "https://json-schema.org/draft/2020-12/schema",
       "type": "object",
       "properties": {
         "service": {"type": "string", "pattern": "^[a-z]+$"},
         "count": {"type": "integer", "minimum": 1}
       },
       "required": ["service"]}
      """;

  @Test
  void validate_validInput_findsNothing() throws Exception {
    assertThat(violations(SERVICE, "{\"service\":\"web\",\"count\":3}")).isEmpty();
  }

  @Test
  void validate_tellsEveryViolationByPointer() throws Exception {
    assertThat(violations(SERVICE, "{\"service\":\"WEB\",\"count\":0,\"cuont\":1}"))
        .containsExactlyInAnyOrder(
            new FieldViolation("/service", "does not match the regex pattern ^[a-z]+$"),
            new FieldViolation("/count", "must have a minimum value of 1"),
            new FieldViolation("/cuont", "is no key that the action takes"));
    assertThat(violations(SERVICE, "{}"))
        .containsExactly(new FieldViolation("/service", "is required"));
  }

  @Test
  void validate_textThatIsNoObject_tellsWhere() throws Exception {
    assertThat(violations(SERVICE, "{\"service\":\"a\",\"service\":\"b\"}"))
        .containsExactly(
            new FieldViolation("/service", "The name is in its object twice. (at byte 15)"));
    assertThat(violations(SERVICE, "[1]"))
        .containsExactly(new FieldViolation("", "The JSON is not an object. (at byte 0)"));
    assertThat(violations(SERVICE, "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}"))
        .extracting(FieldViolation::description)
        .first()
        .asString()
        .contains("deeper than 64");
  }

  @Test
  void validate_largeIntegers_areExact() throws Exception {
    String schema = "{\"properties\":{\"id\":{\"type\":\"integer\",\"maximum\":9007199254740992}}}";

    assertThat(violations(schema, "{\"id\":9007199254740992}")).isEmpty();
    assertThat(violations(schema, "{\"id\":9007199254740993}"))
        .containsExactly(
            new FieldViolation("/id", "must have a maximum value of 9007199254740992"));
    assertThat(
            violations(
                "{\"properties\":{\"id\":{\"const\":9007199254740993}}}",
                "{\"id\":9007199254740992}"))
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "9007199254740993, true",
        "123456789012345678901234567890, true",
        "1.0, true",
        "1e3, true",
        "1e999, true",
        "1.5, false",
        "1e-999, false",
        "`\"1\"`, false",
        "true, false"
      })
  void validate_integer(String number, boolean isInteger) throws Exception {
    List<FieldViolation> violations =
        violations("{\"properties\":{\"n\":{\"type\":\"integer\"}}}", "{\"n\":" + number + "}");

    assertThat(violations.isEmpty()).isEqualTo(isInteger);
  }

  @Test
  void validate_floodOfViolations_isCut() throws Exception {
    String numbers = "1,".repeat(10_000) + "1";

    assertThat(
            violations(
                "{\"properties\":{\"a\":{\"items\":{\"type\":\"string\"}}}}",
                "{\"a\":[" + numbers + "]}"))
        .hasSize(InputSchema.MAX_VIOLATIONS);
  }

  @Test
  void validate_neverQuotesAValue() throws Exception {
    String schema =
        """
        {"properties": {"p": {"const": "a", "enum": ["a"], "pattern": "^a$", "minLength": 99, "maxLength": 2,
          "type": "string", "not": {"type": "string"}, "oneOf": [{"const": 1}, {"const": 2}]},
          "l": {"uniqueItems": true, "contains": {"const": 0}, "items": {"multipleOf": 2}}}}
        """;

    assertThat(violations(schema, "{\"p\":\"hunter2\",\"l\":[777771,777771]}"))
        .hasSizeGreaterThan(5)
        .allSatisfy(
            violation -> assertThat(violation.description()).doesNotContain("hunter2", "77777"));
  }

  @Test
  void validate_noSchemaAtAll_takesTheEmptyObjectOnly() throws Exception {
    assertThat(violations("", "{}")).isEmpty();
    assertThat(violations("", "{\"a\":1}")).hasSize(1);
  }

  @Test
  void validate_booleanSchema_takesAllOrNothing() throws Exception {
    assertThat(violations("true", "{\"a\":1}")).isEmpty();
    assertThat(violations("false", "{}")).hasSize(1);
  }

  @Test
  void validate_recursiveSchema_works() throws Exception {
    String tree =
        "{\"properties\":{\"value\":{\"type\":\"integer\"},\"children\":{\"items\":{\"$ref\":\"#\"}}}}";

    assertThat(violations(tree, "{\"children\":[{\"children\":[{\"value\":1}]}]}")).isEmpty();
    assertThat(violations(tree, "{\"children\":[{\"children\":[{\"valeu\":1}]}]}"))
        .containsExactly(
            new FieldViolation("/children/0/children/0/valeu", "is no key that the action takes"));
  }

  @Test
  void validate_explodingSchema_givesUp() throws Exception {
    StringBuilder schema = new StringBuilder("{\"$ref\":\"#/$defs/a0\",\"$defs\":{");
    for (int i = 0; i < 60; i++) {
      String next = "{\"$ref\":\"#/$defs/a" + (i + 1) + "\"}";
      schema.append("\"a%d\":{\"allOf\":[%s,%s]},".formatted(i, next, next));
    }
    schema.append("\"a60\":{}}}");

    assertThat(violations(schema.toString(), "{}"))
        .containsExactly(new FieldViolation("", "takes too long to be checked against the schema"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"strin\"}",
        "{\"properties\":{\"a\":{\"minimum\":\"1\"}}}",
        "{\"properties\":[]}",
        "[]",
        "1",
        "{\"a\":1,\"a\":2}",
        "{",
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}",
        "{\"$ref\":\"https://example.com/schema\"}",
        "{\"$ref\":\"other.json\"}",
        "{\"$ref\":\"file:///etc/passwd\"}",
        "{\"properties\":{\"a\":{\"$ref\":\"classpath:/x.json\"}}}",
        "{\"$dynamicRef\":\"https://example.com/schema#x\"}",
        "{\"$ref\":\"#/$defs/missing\"}",
        "{\"$ref\":\"#missing\"}",
        "{\"$ref\":\"#/x-notes/schema\",\"x-notes\":{\"schema\":{\"$ref\":\"https://example.com\"}}}",
        "{\"$ref\":\"#\"}",
        "{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"not\":{\"$ref\":\"#/$defs/a\"}}}}",
        "{\"properties\":{\"a\":{\"$id\":\"https://example.com/a\"}}}",
        "{\"properties\":{\"a\":{\"pattern\":\"(a)\\\\1\"}}}",
        "{\"properties\":{\"a\":{\"pattern\":\"(?=a)b\"}}}",
        "{\"properties\":{\"a\":{\"pattern\":\"((a{1000}){1000}){1000}\"}}}",
        "{\"patternProperties\":{\"(?<!a)b\":{}}}",
        "{\"$defs\":{\"a\":{\"$anchor\":\"x\"},\"b\":{\"$anchor\":\"x\"}}}",
      })
  void compile_refuses(String schema) {
    assertThatThrownBy(() -> InputSchema.compile(schema.getBytes(UTF_8)))
        .isInstanceOf(SchemaException.class)
        .message()
        .isNotEmpty();
  }

  @Test
  void compile_tellsWhere() {
    assertThatThrownBy(
            () ->
                InputSchema.compile("{\"properties\":{\"a\":{\"pattern\":\"(\"}}}".getBytes(UTF_8)))
        .isInstanceOf(SchemaException.class)
        .hasMessageEndingWith("(at /properties/a/pattern)");
  }

  @Test
  void compile_sizeAndDepth_areBounded() {
    String atDepth = "{\"not\":".repeat(31) + "{}" + "}".repeat(31);
    String tooDeep = "{\"not\":".repeat(32) + "{}" + "}".repeat(32);
    String large = "{\"$comment\":\"" + "a".repeat((64 << 10) - 15) + "\"}";

    assertThatCode(() -> InputSchema.compile(atDepth.getBytes(UTF_8))).doesNotThrowAnyException();
    assertThatCode(() -> InputSchema.compile(large.getBytes(UTF_8))).doesNotThrowAnyException();
    assertThatThrownBy(() -> InputSchema.compile(tooDeep.getBytes(UTF_8)))
        .hasMessageContaining("deeper than 32");
    assertThatThrownBy(() -> InputSchema.compile((large + " ").getBytes(UTF_8)))
        .hasMessageContaining("65537 bytes");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void compile_chainOfReferences_isBounded(boolean forward) throws Exception {
    assertThat(violations(chain(100, forward), "{}")).isEmpty();
    assertThatThrownBy(() -> violations(chain(1_500, forward), "{}"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("too long");
  }

  private static String chain(int length, boolean forward) {
    StringBuilder schema = new StringBuilder("{\"$ref\":\"#/$defs/a0\",\"$defs\":{");
    for (int i = 0; i < length; i++) {
      int link = forward ? i : length - 1 - i;
      schema.append("\"a%d\":{\"$ref\":\"#/$defs/a%d\"},".formatted(link, link + 1));
    }
    return schema.append("\"a%d\":{}}}".formatted(length)).toString();
  }

  @Test
  void compile_ownId_isIgnored() throws Exception {
    String schema =
        "{\"$id\":\"https://example.com/x\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}},\"$defs\":{\"b\":{\"type\":\"null\"}}}";

    assertThat(violations(schema, "{\"a\":null}")).isEmpty();
    assertThat(violations(schema, "{\"a\":1}")).hasSize(1);
  }

  @Test
  void compile_anchors_areFollowed() throws Exception {
    String schema =
        "{\"properties\":{\"a\":{\"$ref\":\"#port\"}},\"$defs\":{\"p\":{\"$anchor\":\"port\",\"type\":\"integer\"}}}";

    assertThat(violations(schema, "{\"a\":1}")).isEmpty();
    assertThat(violations(schema, "{\"a\":\"1\"}")).hasSize(1);
  }

  private static List<FieldViolation> violations(String schema, String input)
      throws SchemaException {
    return InputSchema.compile(schema.getBytes(UTF_8)).validate(input.getBytes(UTF_8));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InputSchemaTest {
  private static final String SCHEMA =
      """
      {"type":"object","required":["n"],
       "properties":{"n":{"type":"integer","minimum":1},"s":{"type":"string","pattern":"^a+$"}}}
      """;

  @Test
  void validInput_hasNoViolations() {
    assertThat(violations(SCHEMA, "{\"n\":9007199254740993,\"s\":\"aa\"}")).isEmpty();
  }

  @Test
  void violations_areToldByPointer() {
    assertThat(violations(SCHEMA, "{\"n\":0,\"s\":\"b\"}").orElseThrow())
        .contains("/n: ")
        .contains("/s: ");
  }

  @Test
  void unknownNames_areRefused_unlessAllowed() {
    assertThat(violations(SCHEMA, "{\"n\":1,\"x\":1}")).isPresent();
    assertThat(violations("{\"type\":\"object\",\"additionalProperties\":true}", "{\"x\":1}"))
        .isEmpty();
    assertThat(violations("{\"patternProperties\":{\"^x\":{}}}", "{\"x1\":1}")).isEmpty();
    assertThat(violations("{\"patternProperties\":{\"^x\":{}}}", "{\"y\":1}")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "1", "{", "{\"n\":1,\"n\":2}", "{\"n\":1}x", "\u00e4"})
  void whatIsNoObject_isRefused(String input) {
    assertThat(violations(SCHEMA, input)).isPresent();
  }

  @Test
  void noSchema_takesTheEmptyObjectOnly() {
    InputSchema none = InputSchema.none();

    assertThat(none.violations(bytes("{}"))).isEmpty();
    assertThat(none.violations(bytes(" {\n} "))).isEmpty();
    assertThat(none.violations(bytes("{\"a\":1}"))).isPresent();
    assertThat(none.defaults()).isEqualTo("{}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{",
        "{\"$ref\":\"http://example.com/schema\"}",
        "{\"properties\":{\"a\":{\"$ref\":\"other.json\"}}}"
      })
  void schemaThatIsNone_orReachesOut_isRefused(String schema) {
    assertThatThrownBy(() -> InputSchema.compile(schema))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void schemaThatIsTooDeep_isRefused() {
    String deep = "{\"not\":".repeat(33) + "{}" + "}".repeat(33);

    assertThatThrownBy(() -> InputSchema.compile(deep)).hasMessageContaining("32 levels");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | {}",
        "{\"properties\":{\"a\":{\"type\":\"integer\"}}} | {\"a\":0}",
        "{\"properties\":{\"a\":{\"type\":\"number\",\"default\":1.50}}} | {\"a\":1.50}",
        "{\"properties\":{\"a\":{\"default\":9007199254740993}}} | {\"a\":9007199254740993}",
        "{\"properties\":{\"a\":{\"type\":\"boolean\"},\"b\":{\"type\":\"array\"}}} | {\"a\":false,\"b\":[]}",
        "{\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"object\"}}} | {\"a\":\"\",\"b\":{}}",
        "{\"properties\":{\"a\":{\"const\":\"x\"}}} | {\"a\":\"x\"}",
        "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/d\"}},\"$defs\":{\"d\":{\"default\":1}}} | {\"a\":1}",
        "{\"properties\":{\"a\":{\"$ref\":\"#anchor\"}}} | {\"a\":{}}",
        "{\"default\":{\"z\":1},\"properties\":{\"a\":{}}} | {\"z\":1}"
      })
  void defaults_areDeclaredOnes_elseTheTypesOwn(String schema, String defaults) {
    assertThat(InputSchema.compile(schema).defaults()).isEqualTo(defaults);
  }

  @Test
  void patternThatBacktracksForEver_isGivenUp_andTheInputRefused() {
    String schema = "{\"properties\":{\"a\":{\"pattern\":\"^(.*a){20}$\"}}}";

    assertThat(violations(schema, "{\"a\":\"" + "a".repeat(60) + "!\"}").orElseThrow())
        .contains("takes too long");
  }

  @Test
  void patternThatRecursesTooDeep_isGivenUp_andTheInputRefused() {
    String schema = "{\"properties\":{\"a\":{\"pattern\":\"^(a|b)*$\"}}}";

    assertThat(violations(schema, "{\"a\":\"" + "ab".repeat(100_000) + "\"}")).isPresent();
  }

  @Test
  void schemaThatRefersToItself_ends() {
    assertThat(InputSchema.compile("{\"properties\":{\"a\":{\"$ref\":\"#\"}}}").defaults().length())
        .isLessThan(1_000);
    assertThat(InputSchema.compile("{\"$ref\":\"#\"}").defaults()).isEqualTo("{}");
  }

  private static Optional<String> violations(String schema, String input) {
    return InputSchema.compile(schema).violations(bytes(input));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

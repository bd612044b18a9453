// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.error.FieldViolation;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which keys pass, and which are told as unknown. */
final class SchemaClosingTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        // The root is closed, whatever it says.
        "{}                                                  | {\"a\":1}             | /a",
        "{\"properties\":{\"a\":{}}}                         | {\"a\":1}             | -",
        "{\"properties\":{\"a\":{}}}                         | {\"b\":1}             | /b",
        "{\"properties\":{\"a/b\":{}}}                       | {\"b/~\":1}           | /b~1~0",
        // It says itself what else may be there.
        "{\"additionalProperties\":true}                     | {\"a\":1}             | -",
        "{\"unevaluatedProperties\":true}                    | {\"a\":1}             | -",
        "{\"additionalProperties\":{\"type\":\"string\"}}    | {\"a\":\"x\"}         | -",
        "{\"additionalProperties\":{\"type\":\"string\"}}    | {\"a\":1}             | /a",
        "{\"patternProperties\":{\"^x-\":{}}}                | {\"x-a\":1}           | -",
        "{\"patternProperties\":{\"^x-\":{}}}                | {\"y\":1}             | /y",
        // Nested objects, elements and references.
        "{\"properties\":{\"o\":{\"type\":\"object\"}}}      | {\"o\":{\"a\":1}}     | /o/a",
        "{\"properties\":{\"o\":{\"type\":[\"null\",\"object\"]}}} | {\"o\":{\"a\":1}} | /o/a",
        "{\"properties\":{\"o\":{\"properties\":{\"a\":{}}}}}| {\"o\":{\"b\":1}}     | /o/b",
        "{\"properties\":{\"o\":{\"type\":\"object\",\"additionalProperties\":true}}} | {\"o\":{\"a\":1}} | -",
        "{\"properties\":{\"l\":{\"items\":{\"properties\":{\"a\":{}}}}}} | {\"l\":[{\"a\":1},{\"b\":1}]} | /l/1/b",
        "{\"properties\":{\"o\":{\"$ref\":\"#/$defs/d\"}},\"$defs\":{\"d\":{\"properties\":{\"a\":{}}}}} | {\"o\":{\"b\":1}} | /o/b",
        "{\"properties\":{\"o\":{\"$ref\":\"#/$defs/d\"}},\"$defs\":{\"d\":{\"properties\":{\"a\":{}}}}} | {\"o\":{\"a\":1}} | -",
        "{\"additionalProperties\":{\"properties\":{\"a\":{}}}} | {\"o\":{\"b\":1}}   | /o/b",
        // What says nothing of objects takes any value.
        "{\"properties\":{\"o\":true}}                       | {\"o\":{\"a\":1}}     | -",
        "{\"properties\":{\"o\":{}}}                         | {\"o\":{\"a\":{\"b\":1}}} | -",
        "{\"properties\":{\"o\":{\"description\":\"any\"}}}  | {\"o\":{\"a\":1}}     | -",
        "{\"properties\":{\"o\":{\"$ref\":\"#/$defs/any\"}},\"$defs\":{\"any\":{}}} | {\"o\":{\"a\":1}} | -",
        // Composition: all branches together describe the object.
        "{\"allOf\":[{\"properties\":{\"a\":{}}},{\"properties\":{\"b\":{}}}]} | {\"a\":1,\"b\":1} | -",
        "{\"allOf\":[{\"properties\":{\"a\":{}}},{\"properties\":{\"b\":{}}}]} | {\"a\":1,\"c\":1} | /c",
        "{\"properties\":{\"a\":{}},\"$ref\":\"#/$defs/d\",\"$defs\":{\"d\":{\"properties\":{\"b\":{}}}}} | {\"a\":1,\"b\":1} | -",
        "{\"allOf\":[{\"additionalProperties\":true}]}       | {\"a\":1}             | -",
        "{\"anyOf\":[{\"properties\":{\"a\":{\"type\":\"null\"}},\"required\":[\"a\"]},{\"properties\":{\"b\":{}},\"required\":[\"b\"]}]} | {\"b\":1} | -",
        "{\"anyOf\":[{\"properties\":{\"a\":{\"type\":\"null\"}},\"required\":[\"a\"]},{\"properties\":{\"b\":{}},\"required\":[\"b\"]}]} | {\"a\":1,\"b\":1} | /a",
        "{\"oneOf\":[{\"properties\":{\"a\":{}},\"required\":[\"a\"]},{\"properties\":{\"b\":{}},\"required\":[\"b\"]}]} | {\"a\":1} | -",
        "{\"properties\":{\"k\":{}},\"if\":{\"properties\":{\"k\":{\"const\":1}}},\"then\":{\"properties\":{\"t\":{}}},\"else\":{\"properties\":{\"e\":{}}}} | {\"k\":1,\"t\":1} | -",
        "{\"properties\":{\"k\":{}},\"if\":{\"properties\":{\"k\":{\"const\":1}}},\"then\":{\"properties\":{\"t\":{}}},\"else\":{\"properties\":{\"e\":{}}}} | {\"k\":1,\"e\":1} | /e",
        "{\"dependentSchemas\":{\"a\":{\"properties\":{\"b\":{}}}},\"properties\":{\"a\":{}}} | {\"a\":1,\"b\":1} | -",
        "{\"dependentSchemas\":{\"a\":{\"properties\":{\"b\":{}}}},\"properties\":{\"a\":{}}} | {\"b\":1} | /b",
        // A failing branch is told, and not that its keys are unknown.
        "{\"allOf\":[{\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{}}}]} | {\"a\":1,\"b\":1} | /a",
        // Tests keep their meaning.
        "{\"properties\":{\"a\":{\"not\":{\"properties\":{\"x\":{}},\"required\":[\"x\"]}}}} | {\"a\":{\"x\":1,\"y\":1}} | /a",
      })
  void validate_tells(String schema, String input, String pointer) throws Exception {
    List<FieldViolation> violations =
        InputSchema.compile(schema.getBytes(UTF_8)).validate(input.getBytes(UTF_8));

    assertThat(violations)
        .extracting(FieldViolation::field)
        .isEqualTo(pointer == null ? List.of() : List.of(pointer));
  }
}

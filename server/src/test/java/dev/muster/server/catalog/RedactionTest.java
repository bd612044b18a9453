// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RedactionTest {
  private static final String SECRET = "{\"writeOnly\":true}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"properties\":{\"p\":%s,\"q\":{}}}                | {\"p\":\"s3\",\"q\":1}       | {\"p\":\"***\",\"q\":1}",
        "{\"properties\":{\"p\":{\"format\":\"password\"}}}  | {\"p\":{\"deep\":\"s3\"}}    | {\"p\":\"***\"}",
        "{\"properties\":{\"o\":{\"properties\":{\"p\":%s}}}}| {\"o\":{\"p\":\"s3\"}}       | {\"o\":{\"p\":\"***\"}}",
        "{\"properties\":{\"l\":{\"items\":%s}}}             | {\"l\":[\"s3\",\"s3\"]}      | {\"l\":[\"***\",\"***\"]}",
        "{\"properties\":{\"l\":{\"prefixItems\":[{},%s]}}}  | {\"l\":[1,\"s3\",2]}         | {\"l\":[1,\"***\",2]}",
        "{\"properties\":{\"l\":{\"contains\":%s}}}          | {\"l\":[1]}                  | {\"l\":[\"***\"]}",
        "{\"patternProperties\":{\"_key$\":%s},\"additionalProperties\":true} | {\"api_key\":\"s3\",\"a\":1} | {\"api_key\":\"***\",\"a\":1}",
        "{\"additionalProperties\":%s}                       | {\"a\":\"s3\"}               | {\"a\":\"***\"}",
        "{\"properties\":{\"p\":{\"$ref\":\"#/$defs/s\"}},\"$defs\":{\"s\":%s}} | {\"p\":\"s3\"} | {\"p\":\"***\"}",
        "{\"anyOf\":[{\"properties\":{\"p\":%s}},{\"properties\":{\"p\":{}}}]} | {\"p\":\"s3\"} | {\"p\":\"***\"}",
        "{\"properties\":{\"p\":{}},\"if\":{\"properties\":{\"p\":%s}}} | {\"p\":\"s3\"}    | {\"p\":\"***\"}",
        // A slip in the key.
        "{\"properties\":{\"password\":%s}}                  | {\"pasword\":\"s3\"}         | {\"pasword\":\"***\"}",
        "{\"properties\":{\"o\":{\"properties\":{\"p\":%s}}}}| {\"o\":{\"q\":\"s3\"}}       | {\"o\":{\"q\":\"***\"}}",
        "``                                                  | {\"a\":\"s3\"}               | {\"a\":\"***\"}",
        // Nothing to hide: as it was sent.
        "{\"properties\":{\"a\":{}}}                         | {\"a\" : 9007199254740993}   | {\"a\" : 9007199254740993}",
        "{\"properties\":{\"a\":{}}}                         | {\"a\":{\"b\":{\"c\":1.0}}}  | {\"a\":{\"b\":{\"c\":1.0}}}",
        "true                                                | {\"a\":1}                    | {\"a\":1}",
        // Beside a secret, numbers stay exact.
        "{\"properties\":{\"p\":%s,\"n\":{}}}                | {\"n\":9007199254740993,\"p\":1} | {\"n\":9007199254740993,\"p\":\"***\"}",
        // No object at all.
        "true                                                | [\"s3\"]                     | \"***\"",
        "true                                                | {\"a\":\"s3\"                | \"***\"",
      })
  void redact(String schema, String input, String expected) throws Exception {
    InputSchema compiled = InputSchema.compile(schema.replace("%s", SECRET).getBytes(UTF_8));

    assertThat(compiled.redact(input.getBytes(UTF_8))).isEqualTo(expected).doesNotContain("s3");
  }

  @Test
  void redact_recursiveSchema_reachesEveryLevel() throws Exception {
    String list = "{\"properties\":{\"p\":{\"writeOnly\":true},\"next\":{\"$ref\":\"#\"}}}";
    String input = "{\"next\":".repeat(20) + "{\"p\":\"s3\"}" + "}".repeat(20);

    assertThat(InputSchema.compile(list.getBytes(UTF_8)).redact(input.getBytes(UTF_8)))
        .doesNotContain("s3")
        .contains("***");
  }
}

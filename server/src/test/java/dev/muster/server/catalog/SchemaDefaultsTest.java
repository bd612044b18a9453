// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SchemaDefaultsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                                                   | {}",
        "true                                                 | {}",
        "{}                                                   | {}",
        "{\"properties\":{\"a\":{\"type\":\"string\"}}}       | {\"a\":\"\"}",
        "{\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":1}}} | {\"a\":0}",
        "{\"properties\":{\"a\":{\"type\":\"number\"}}}       | {\"a\":0}",
        "{\"properties\":{\"a\":{\"type\":\"boolean\"}}}      | {\"a\":false}",
        "{\"properties\":{\"a\":{\"type\":\"array\"}}}        | {\"a\":[]}",
        "{\"properties\":{\"a\":{\"type\":\"null\"}}}         | {\"a\":null}",
        "{\"properties\":{\"a\":{}}}                          | {\"a\":null}",
        "{\"properties\":{\"a\":{\"type\":[\"null\",\"string\"]}}} | {\"a\":\"\"}",
        "{\"properties\":{\"a\":{\"type\":\"object\"}}}       | {\"a\":{}}",
        "{\"properties\":{\"a\":{\"properties\":{\"b\":{\"default\":7}}}}} | {\"a\":{\"b\":7}}",
        "{\"properties\":{\"a\":{\"type\":\"string\",\"default\":\"x\"}}} | {\"a\":\"x\"}",
        "{\"properties\":{\"a\":{\"default\":9007199254740993}}} | {\"a\":9007199254740993}",
        "{\"properties\":{\"a\":{\"default\":1.50}}}          | {\"a\":1.50}",
        "{\"properties\":{\"a\":{\"const\":\"only\"}}}        | {\"a\":\"only\"}",
        "{\"properties\":{\"b\":{\"default\":1},\"a\":{\"default\":2}}} | {\"b\":1,\"a\":2}",
        "{\"default\":{\"x\":1},\"properties\":{\"y\":{}}}    | {\"x\":1}",
        "{\"default\":[1]}                                    | {}",
        "{\"allOf\":[{\"properties\":{\"a\":{\"default\":1}}},{\"properties\":{\"b\":{\"default\":2}}}]} | {\"a\":1,\"b\":2}",
        "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/p\"}},\"$defs\":{\"p\":{\"type\":\"integer\",\"default\":80}}} | {\"a\":80}",
      })
  void defaults(String schema, String expected) throws Exception {
    assertThat(InputSchema.compile(schema.getBytes(UTF_8)).defaults()).isEqualTo(expected);
  }

  @org.junit.jupiter.api.Test
  void defaults_ofASchemaThatDescribesItself_end() throws Exception {
    String tree = "{\"properties\":{\"next\":{\"$ref\":\"#\"}}}";

    assertThat(InputSchema.compile(tree.getBytes(UTF_8)).defaults())
        .startsWith("{\"next\":{\"next\":")
        .hasSizeLessThan(200);
  }
}

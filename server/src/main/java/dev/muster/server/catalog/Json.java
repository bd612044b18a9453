// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.wire.Limits;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads JSON that {@code StrictJson} has passed into trees, and writes trees; numbers stay exact.
 */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNameLength(Limits.INPUT_BYTES)
                          .maxNestingDepth(Limits.JSON_DEPTH)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Json() {}

  static JsonNode read(byte[] json) {
    return MAPPER.readTree(json);
  }

  static String write(JsonNode tree) {
    return MAPPER.writeValueAsString(tree);
  }
}

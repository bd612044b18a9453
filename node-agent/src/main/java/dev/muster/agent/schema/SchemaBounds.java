// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.schema;

import dev.muster.wire.Limits;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The bounds of a schema that its grammar does not tell. */
final class SchemaBounds {
  private SchemaBounds() {}

  /**
   * Checks depth and references.
   *
   * @throws IllegalArgumentException with what is broken
   */
  static void check(JsonNode schema) {
    check(schema, 1);
  }

  private static void check(JsonNode node, int depth) {
    if (node.isContainer() && depth > Limits.SCHEMA_DEPTH) {
      throw new IllegalArgumentException(
          "The schema nests deeper than " + Limits.SCHEMA_DEPTH + " levels.");
    }
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      JsonNode value = property.getValue();
      boolean reference =
          property.getKey().equals("$ref") || property.getKey().equals("$dynamicRef");
      if (reference && value.isString() && !value.stringValue().startsWith("#")) {
        throw new IllegalArgumentException(
            "The schema refers to another document; only # is allowed.");
      }
      check(value, depth + 1);
    }
    if (node.isArray()) {
      for (JsonNode element : node) {
        check(element, depth + 1);
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes a first input out of a schema: each property with its declared {@code default}, else its
 * {@code const}, else nothing of its type: {@code 0}, {@code false}, {@code []}, {@code ""}, an
 * object made the same way, {@code null} where there is no type. It is something to start from, and
 * need not be valid.
 */
final class SchemaDefaults {
  private static final int MAX_DEPTH = 8;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final SchemaDocument document;

  private SchemaDefaults(SchemaDocument document) {
    this.document = document;
  }

  /** Returns a first input: always an object. */
  static ObjectNode of(SchemaDocument document) {
    JsonNode made = new SchemaDefaults(document).value(document.root(), 0);
    return made instanceof ObjectNode object ? object : NODES.objectNode();
  }

  private JsonNode value(JsonNode schema, int depth) {
    List<JsonNode> parts = document.inPlace(schema, applicator -> applicator == Applicator.ALL_OF);
    for (String keyword : new String[] {"default", "const"}) {
      JsonNode declared = first(parts, keyword);
      if (declared != null) {
        return declared.deepCopy();
      }
    }
    return switch (type(parts)) {
      case "integer", "number" -> NODES.numberNode(0);
      case "boolean" -> NODES.booleanNode(false);
      case "array" -> NODES.arrayNode();
      case "string" -> NODES.stringNode("");
      case "object" -> object(parts, depth);
      default -> NODES.nullNode();
    };
  }

  private ObjectNode object(List<JsonNode> parts, int depth) {
    ObjectNode made = NODES.objectNode();
    if (depth == MAX_DEPTH) {
      return made; // A schema may describe itself below itself.
    }
    for (JsonNode part : parts) {
      JsonNode properties = part.get("properties");
      if (properties != null) {
        for (Map.Entry<String, JsonNode> property : properties.properties()) {
          if (!made.has(property.getKey())) {
            made.set(property.getKey(), value(property.getValue(), depth + 1));
          }
        }
      }
    }
    return made;
  }

  private static @Nullable JsonNode first(List<JsonNode> parts, String keyword) {
    for (JsonNode part : parts) {
      JsonNode value = part.get(keyword);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  /**
   * Returns the first type that is not null, where several are allowed; what has properties is an
   * object.
   */
  private static String type(List<JsonNode> parts) {
    JsonNode type = first(parts, "type");
    if (type == null) {
      return first(parts, "properties") == null ? "null" : "object";
    }
    return type.isString()
        ? type.asString()
        : type.valueStream()
            .map(JsonNode::asString)
            .filter(one -> !one.equals("null"))
            .findFirst()
            .orElse("null");
  }
}

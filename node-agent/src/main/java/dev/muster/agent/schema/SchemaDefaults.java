// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.schema;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The value that a schema makes by itself: its {@code default}, else its {@code const}, else 0,
 * false, [], "", or an object of its properties' defaults. A {@code $ref} into the same document is
 * followed. It is something to start from, and need not be valid.
 */
final class SchemaDefaults {
  private static final int DEEPEST = 16;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final JsonNode root;

  private SchemaDefaults(JsonNode root) {
    this.root = root;
  }

  static JsonNode of(JsonNode schema) {
    JsonNode made = new SchemaDefaults(schema).make(schema, 0);
    return made.isObject() ? made : NODES.objectNode();
  }

  private JsonNode make(JsonNode schema, int depth) {
    JsonNode declared = declared(schema);
    if (declared != null) {
      return declared;
    }
    JsonNode reference = schema.get("$ref");
    if (reference != null && reference.isString()) {
      String pointer = reference.stringValue();
      boolean followed = depth < DEEPEST && (pointer.equals("#") || pointer.startsWith("#/"));
      JsonNode target = followed ? root.at(pointer.substring(1)) : NODES.missingNode();
      return target.isMissingNode() ? NODES.objectNode() : make(target, depth + 1);
    }
    return switch (typeOf(schema)) {
      case "object" -> object(schema, depth);
      case "array" -> NODES.arrayNode();
      case "string" -> NODES.stringNode("");
      case "integer", "number" -> NODES.numberNode(0);
      case "boolean" -> NODES.booleanNode(false);
      default -> NODES.nullNode();
    };
  }

  private JsonNode object(JsonNode schema, int depth) {
    ObjectNode object = NODES.objectNode();
    JsonNode properties = schema.get("properties");
    if (properties != null && depth < DEEPEST) {
      for (Map.Entry<String, JsonNode> property : properties.properties()) {
        object.set(property.getKey(), make(property.getValue(), depth + 1));
      }
    }
    return object;
  }

  private static @Nullable JsonNode declared(JsonNode schema) {
    if (schema.has("default")) {
      return schema.get("default");
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    return null;
  }

  private static String typeOf(JsonNode schema) {
    JsonNode type = schema.get("type");
    if (type != null && type.isArray() && !type.isEmpty()) {
      type = type.get(0);
    }
    if (type != null && type.isString()) {
      return type.stringValue();
    }
    return schema.has("properties") || !schema.isObject() ? "object" : "null";
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import com.networknt.schema.regex.RegularExpression;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Hides what a schema calls secret: a value that any part of the schema marks {@code writeOnly:
 * true} or {@code format: password} becomes {@code "***"}. What the schema does not describe is
 * hidden as well: a slip in a key must not show a password. Rather hides too much: branches count
 * whether they apply or not.
 */
final class Redaction {
  /** What stands where something was hidden. */
  static final String HIDDEN = "***";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final List<String> REST_OF_OBJECT =
      List.of("additionalProperties", "unevaluatedProperties");
  private static final List<String> REST_OF_ARRAY =
      List.of("items", "unevaluatedItems", "contains");

  private final SchemaDocument document;
  private final Map<String, RegularExpression> patterns = new HashMap<>();

  private Redaction(SchemaDocument document) {
    this.document = document;
  }

  /** Returns the value with every secret in it replaced. The value itself is left alone. */
  static JsonNode redact(SchemaDocument closedSchema, JsonNode value) {
    return new Redaction(closedSchema).value(List.of(closedSchema.root()), value);
  }

  /** Redacts a value to which all these schemas are put. */
  private JsonNode value(List<JsonNode> schemas, JsonNode value) {
    List<JsonNode> parts =
        schemas.stream()
            .flatMap(schema -> document.inPlace(schema, applicator -> true).stream())
            .toList();
    if (parts.stream().anyMatch(Redaction::isSecret)) {
      return NODES.stringNode(HIDDEN);
    }
    if (value instanceof ObjectNode object) {
      ObjectNode redacted = NODES.objectNode();
      object
          .properties()
          .forEach(
              member ->
                  redacted.set(member.getKey(), member(parts, member.getKey(), member.getValue())));
      return redacted;
    }
    if (value instanceof ArrayNode array) {
      ArrayNode redacted = NODES.arrayNode();
      for (int i = 0; i < array.size(); i++) {
        redacted.add(value(ofElement(parts, i), array.get(i)));
      }
      return redacted;
    }
    return value;
  }

  private JsonNode member(List<JsonNode> parts, String key, JsonNode value) {
    List<JsonNode> schemas = ofMember(parts, key);
    boolean isDescribed =
        parts.stream().noneMatch(Redaction::isClosed)
            || schemas.stream().anyMatch(schema -> !schema.isBoolean() || schema.asBoolean());
    return isDescribed ? value(schemas, value) : NODES.stringNode(HIDDEN);
  }

  private List<JsonNode> ofMember(List<JsonNode> parts, String key) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode part : parts) {
      boolean named = false;
      JsonNode properties = part.get("properties");
      if (properties != null && properties.has(key)) {
        found.add(properties.get(key));
        named = true;
      }
      JsonNode byPattern = part.get("patternProperties");
      if (byPattern != null) {
        for (Map.Entry<String, JsonNode> entry : byPattern.properties()) {
          if (patterns.computeIfAbsent(entry.getKey(), LinearPattern::compile).matches(key)) {
            found.add(entry.getValue());
            named = true;
          }
        }
      }
      if (!named) {
        addPresent(found, part, REST_OF_OBJECT);
      }
    }
    return found;
  }

  private static List<JsonNode> ofElement(List<JsonNode> parts, int index) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode part : parts) {
      JsonNode prefix = part.get("prefixItems");
      if (prefix != null && index < prefix.size()) {
        found.add(prefix.get(index));
      } else {
        addPresent(found, part, REST_OF_ARRAY);
      }
    }
    return found;
  }

  private static void addPresent(List<JsonNode> found, JsonNode part, List<String> keywords) {
    for (String keyword : keywords) {
      JsonNode schema = part.get(keyword);
      if (schema != null) {
        found.add(schema);
      }
    }
  }

  private static boolean isSecret(JsonNode schema) {
    return isTrue(schema.get("writeOnly")) || isPassword(schema.get("format"));
  }

  private static boolean isClosed(JsonNode schema) {
    return REST_OF_OBJECT.stream().anyMatch(keyword -> isFalse(schema.get(keyword)));
  }

  private static boolean isTrue(@Nullable JsonNode node) {
    return node != null && node.isBoolean() && node.asBoolean();
  }

  private static boolean isFalse(@Nullable JsonNode node) {
    return node != null && node.isBoolean() && !node.asBoolean();
  }

  private static boolean isPassword(@Nullable JsonNode format) {
    return format != null && format.isString() && format.asString().equals("password");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.server.catalog.Applicator.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Closes the objects of a schema: a key that no part of the schema describes is refused, so that a
 * slip in a key is told and not ignored. JSON Schema by itself lets every key pass.
 *
 * <p>A schema is closed where it describes a whole value (the root, a property, an element) and
 * speaks of objects, unless it says {@code additionalProperties} or {@code unevaluatedProperties}
 * itself. Closed means that what its {@code properties} and {@code patternProperties}, and those of
 * the schemas that it has in place ({@code allOf}, {@code $ref} and so on), do not describe is
 * refused. A schema that says nothing of objects, such as {@code true} or {@code {}}, stays open;
 * so do schemas under {@code if}, {@code not} and {@code contains}, which only test. Properties
 * that two branches of one {@code allOf} both describe as objects must each know all keys, or say
 * {@code additionalProperties}.
 */
final class SchemaClosing {
  private static final List<String> OPEN_OR_CLOSED =
      List.of("additionalProperties", "unevaluatedProperties");
  private static final List<String> SPEAKS_OF_OBJECTS =
      List.of(
          "properties", "patternProperties", "required", "dependentRequired", "dependentSchemas");

  private final SchemaDocument document;
  private final List<ObjectNode> toClose = new ArrayList<>();

  private SchemaClosing(SchemaDocument document) {
    this.document = document;
  }

  /** Closes the objects of this document, in place. */
  static void close(SchemaDocument document) {
    SchemaClosing closing = new SchemaClosing(document);
    if (document.root() instanceof ObjectNode root && isUndecided(root)) {
      closing.toClose.add(
          root); // An input is an object, whether its schema speaks of objects or not.
    }
    closing.visit(document.root(), false);
    // Decided first: what is added would count when the next is decided.
    closing.toClose.forEach(closing::close);
  }

  private void visit(JsonNode schema, boolean describesWholeValue) {
    if (!(schema instanceof ObjectNode object)) {
      return;
    }
    if (describesWholeValue && isUndecided(object) && speaksOfObjects(object)) {
      toClose.add(object);
    }
    for (Applicator applicator : Applicator.values()) {
      for (Map.Entry<String, JsonNode> sub : applicator.subschemas(object).entrySet()) {
        switch (applicator.place()) {
          case SAME, NOWHERE -> visit(sub.getValue(), false);
          case BELOW -> visit(sub.getValue(), true);
          case TEST, TEST_BELOW -> {}
        }
      }
    }
  }

  private void close(ObjectNode schema) {
    boolean alone =
        Stream.of(Applicator.values())
            .filter(applicator -> applicator.place() == Place.SAME)
            .noneMatch(applicator -> schema.has(applicator.keyword()));
    boolean refers = schema.has("$ref") || schema.has("$dynamicRef");
    // The simpler keyword where it means the same: it is cheaper, and tells its errors better.
    schema.put(alone && !refers ? "additionalProperties" : "unevaluatedProperties", false);
  }

  private static boolean isUndecided(ObjectNode schema) {
    return OPEN_OR_CLOSED.stream().noneMatch(schema::has);
  }

  private boolean speaksOfObjects(JsonNode schema) {
    return document.inPlace(schema, applicator -> applicator.place() == Place.SAME).stream()
        .anyMatch(
            part ->
                SPEAKS_OF_OBJECTS.stream().anyMatch(part::has) || isObjectType(part.get("type")));
  }

  private static boolean isObjectType(@Nullable JsonNode type) {
    if (type == null) {
      return false;
    }
    return type.isString()
        ? type.asString().equals("object")
        : type.valueStream().anyMatch(one -> one.asString().equals("object"));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON Schema as a tree of which every part is known to be a schema, or not, and every reference
 * leads to one of them. What could load something, never end, or match in more than linear time is
 * refused here. Not thread-safe while {@link SchemaClosing} works on it, immutable after.
 */
final class SchemaDocument {
  private static final List<String> DIALECTS =
      List.of(
          "https://json-schema.org/draft/2020-12/schema",
          "https://json-schema.org/draft/2020-12/schema#");

  /** Longest way from schema to schema on one value: what validates recurses along it. */
  private static final int MAX_CHAIN = 128;

  private static final List<String> REFERENCES = List.of("$ref", "$dynamicRef");
  private static final List<String> ANCHORS = List.of("$anchor", "$dynamicAnchor");

  private final JsonNode root;

  /** Every schema that is an object, in reading order, with its JSON pointer. */
  private final IdentityHashMap<JsonNode, String> schemas = new IdentityHashMap<>();

  private final List<JsonNode> inOrder = new ArrayList<>();
  private final Map<String, JsonNode> anchors = new HashMap<>();

  private SchemaDocument(JsonNode root) {
    this.root = root;
  }

  /**
   * Reads a schema.
   *
   * @throws SchemaException if it is not JSON, too large or too deep, not of the one dialect, or
   *     has what is refused
   */
  static SchemaDocument parse(byte[] json) throws SchemaException {
    try {
      StrictJson.checkValue(json, Limits.SCHEMA_BYTES, Limits.SCHEMA_DEPTH);
    } catch (StrictJsonException e) {
      throw new SchemaException(e.pointer(), e.getMessage());
    }
    JsonNode root = Json.read(json);
    SchemaDialect.check(root);
    SchemaDocument document = new SchemaDocument(root);
    document.collect(root, "");
    for (JsonNode schema : document.inOrder) {
      document.checkKeywords(schema, document.pointer(schema));
    }
    document.checkThatReferencesDescend();
    return document;
  }

  JsonNode root() {
    return root;
  }

  /**
   * Returns the schemas that are put to the value that this one is put to: itself first, then what
   * it has in place and refers to, in that order.
   *
   * @param follow which applicators to go into; those that are not in place are never gone into
   */
  List<JsonNode> inPlace(JsonNode schema, Predicate<Applicator> follow) {
    Set<JsonNode> seen = identitySet();
    List<JsonNode> found = new ArrayList<>();
    Deque<JsonNode> open = new ArrayDeque<>(List.of(schema));
    while (!open.isEmpty()) {
      JsonNode next = open.remove();
      if (next.isObject() && seen.add(next)) {
        found.add(next);
        open.addAll(stepsInPlace(next, follow));
      }
    }
    return found;
  }

  private void collect(JsonNode schema, String pointer) throws SchemaException {
    if (!schema.isObject()) {
      return; // true or false: the dialect allows nothing else.
    }
    schemas.put(schema, pointer);
    inOrder.add(schema);
    for (String keyword : ANCHORS) {
      if (schema.has(keyword)
          && anchors.putIfAbsent(schema.get(keyword).asString(), schema) != null) {
        throw new SchemaException(pointer, "An anchor is there twice.");
      }
    }
    for (Applicator applicator : Applicator.values()) {
      for (Map.Entry<String, JsonNode> sub : applicator.subschemas(schema).entrySet()) {
        collect(sub.getValue(), pointer + sub.getKey());
      }
    }
  }

  private void checkKeywords(JsonNode schema, String pointer) throws SchemaException {
    if (schema.has("$schema") && !DIALECTS.contains(schema.get("$schema").asString())) {
      throw new SchemaException(pointer, "Only JSON Schema 2020-12 is taken.");
    }
    if (schema.has("$id") && !pointer.isEmpty()) {
      throw new SchemaException(pointer, "Only the root may have an $id.");
    }
    for (String keyword : REFERENCES) {
      if (schema.has(keyword)) {
        checkReference(schema.get(keyword).asString(), pointer);
      }
    }
    if (schema.has("pattern")) {
      checkPattern(schema.get("pattern").asString(), pointer + "/pattern");
    }
    for (String regex : names(schema.get("patternProperties"))) {
      checkPattern(regex, pointer + "/patternProperties");
    }
  }

  private void checkReference(String reference, String pointer) throws SchemaException {
    if (!reference.startsWith("#")) {
      throw new SchemaException(pointer, "A $ref leads out of the schema; only #… is taken.");
    }
    if (resolve(reference).isEmpty()) {
      throw new SchemaException(pointer, "A $ref leads to no schema.");
    }
  }

  private static void checkPattern(String regex, String pointer) throws SchemaException {
    try {
      LinearPattern.compile(regex);
    } catch (IllegalArgumentException e) {
      throw new SchemaException(pointer, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Refuses a schema that leads back to itself without going down into the value: it would never be
   * done.
   */
  private void checkThatReferencesDescend() throws SchemaException {
    IdentityHashMap<JsonNode, Integer> heights = new IdentityHashMap<>();
    for (JsonNode start : inOrder) {
      Set<JsonNode> onPath = identitySet();
      Deque<Step> path = new ArrayDeque<>();
      path.push(step(start));
      onPath.add(start);
      while (!path.isEmpty()) {
        Step here = path.element();
        if (!here.next.hasNext()) {
          heights.put(here.schema, height(here.schema, heights));
          onPath.remove(here.schema);
          path.remove();
          continue;
        }
        JsonNode next = here.next.next();
        if (onPath.contains(next)) {
          throw new SchemaException(pointer(here.schema), "A $ref leads back to itself.");
        }
        if (next.isObject() && !heights.containsKey(next)) {
          path.push(step(next));
          onPath.add(next);
        }
      }
    }
  }

  /** Returns the length of the longest way on from a schema, once those of its steps are known. */
  private int height(JsonNode schema, IdentityHashMap<JsonNode, Integer> heights)
      throws SchemaException {
    int height = 0;
    for (JsonNode step : stepsInPlace(schema, applicator -> true)) {
      height = Math.max(height, heights.getOrDefault(step, 0) + 1);
    }
    if (height > MAX_CHAIN) {
      throw new SchemaException(pointer(schema), "A chain of $ref is too long.");
    }
    return height;
  }

  /** A schema on a path, and where the path may go on from there. */
  private record Step(JsonNode schema, Iterator<JsonNode> next) {}

  private Step step(JsonNode schema) {
    return new Step(schema, stepsInPlace(schema, applicator -> true).iterator());
  }

  private List<JsonNode> stepsInPlace(JsonNode schema, Predicate<Applicator> follow) {
    List<JsonNode> steps = new ArrayList<>();
    for (Applicator applicator : Applicator.values()) {
      if (applicator.isInPlace() && follow.test(applicator)) {
        steps.addAll(applicator.subschemas(schema).values());
      }
    }
    for (String keyword : REFERENCES) {
      if (schema.has(keyword)) {
        resolve(schema.get(keyword).asString()).ifPresent(steps::add);
      }
    }
    return steps;
  }

  private Optional<JsonNode> resolve(String reference) {
    String fragment;
    try {
      String escaped = reference.substring(1).replace("+", "%2B"); // Here a plus is a plus.
      fragment = URLDecoder.decode(escaped, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    if (!fragment.isEmpty() && fragment.charAt(0) != '/') {
      return Optional.ofNullable(anchors.get(fragment));
    }
    JsonNode target = root.at(fragment);
    return target.isBoolean() || schemas.containsKey(target)
        ? Optional.of(target)
        : Optional.empty();
  }

  private String pointer(JsonNode schema) {
    return schemas.getOrDefault(schema, "");
  }

  private static Set<JsonNode> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  private static Iterable<String> names(@Nullable JsonNode object) {
    return object instanceof ObjectNode node ? node.propertyNames() : List.of();
  }
}

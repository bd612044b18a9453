// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A keyword of JSON Schema 2020-12 that has schemas in it. */
enum Applicator {
  ALL_OF("allOf", Place.SAME),
  ANY_OF("anyOf", Place.SAME),
  ONE_OF("oneOf", Place.SAME),
  DEPENDENT_SCHEMAS("dependentSchemas", Place.SAME),
  THEN("then", Place.SAME),
  ELSE("else", Place.SAME),
  IF("if", Place.TEST),
  NOT("not", Place.TEST),
  PROPERTIES("properties", Place.BELOW),
  PATTERN_PROPERTIES("patternProperties", Place.BELOW),
  ADDITIONAL_PROPERTIES("additionalProperties", Place.BELOW),
  UNEVALUATED_PROPERTIES("unevaluatedProperties", Place.BELOW),
  PREFIX_ITEMS("prefixItems", Place.BELOW),
  ITEMS("items", Place.BELOW),
  UNEVALUATED_ITEMS("unevaluatedItems", Place.BELOW),
  CONTAINS("contains", Place.TEST_BELOW),
  PROPERTY_NAMES("propertyNames", Place.TEST_BELOW),
  CONTENT_SCHEMA("contentSchema", Place.TEST_BELOW),
  DEFS("$defs", Place.NOWHERE),
  DEFINITIONS("definitions", Place.NOWHERE);

  /**
   * To which value a subschema is put, and whether it says what the value should be or only tests
   * it.
   */
  enum Place {
    /** It describes the value that its parent describes. */
    SAME,
    /** It tests that value. */
    TEST,
    /** It describes a member or an element of that value. */
    BELOW,
    /** It tests a member, an element, or what is encoded in the value. */
    TEST_BELOW,
    /** It waits to be referred to. */
    NOWHERE
  }

  private final String keyword;
  private final Place place;

  Applicator(String keyword, Place place) {
    this.keyword = keyword;
    this.place = place;
  }

  String keyword() {
    return keyword;
  }

  Place place() {
    return place;
  }

  /** Tells whether its subschemas are put to the value that the schema itself is put to. */
  boolean isInPlace() {
    return place == Place.SAME || place == Place.TEST;
  }

  /**
   * Returns the subschemas that this keyword has in a schema, by their JSON pointers relative to
   * it.
   */
  Map<String, JsonNode> subschemas(JsonNode schema) {
    JsonNode value = schema.get(keyword);
    Map<String, JsonNode> found = new LinkedHashMap<>();
    if (value == null) {
      return found;
    }
    String here = "/" + keyword;
    switch (this) {
      case ALL_OF, ANY_OF, ONE_OF, PREFIX_ITEMS -> {
        for (int i = 0; i < value.size(); i++) {
          found.put(here + "/" + i, value.get(i));
        }
      }
      case PROPERTIES, PATTERN_PROPERTIES, DEPENDENT_SCHEMAS, DEFS, DEFINITIONS ->
          value
              .properties()
              .forEach(entry -> found.put(here + "/" + escape(entry.getKey()), entry.getValue()));
      case IF,
          THEN,
          ELSE,
          NOT,
          ITEMS,
          CONTAINS,
          ADDITIONAL_PROPERTIES,
          UNEVALUATED_PROPERTIES,
          UNEVALUATED_ITEMS,
          PROPERTY_NAMES,
          CONTENT_SCHEMA ->
          found.put(here, value);
    }
    return found;
  }

  static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.ValidationLimitExceededException;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one dialect of JSON Schema that is taken, 2020-12, and how far a validation may go. Loads
 * nothing from anywhere.
 */
final class SchemaDialect {
  // Far above what an honest schema and input need; an adversary's run ends within seconds.
  private static final long MAX_STEPS = 5_000_000;
  private static final int MAX_DEPTH = 512;

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          registry ->
              registry
                  .schemaCacheEnabled(false)
                  .schemaLoader(loader -> loader.fetchRemoteResources(false))
                  .schemaRegistryConfig(
                      SchemaRegistryConfig.builder()
                          .locale(Locale.ENGLISH)
                          .regularExpressionFactory(LinearPattern::compile)
                          .formatAssertionsEnabled(false)
                          .build()));

  private static final Schema META_SCHEMA =
      SchemaRegistry.withDefaultDialect(
              SpecificationVersion.DRAFT_2020_12,
              registry ->
                  registry.schemaRegistryConfig(
                      SchemaRegistryConfig.builder().locale(Locale.ENGLISH).build()))
          .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

  private SchemaDialect() {}

  /**
   * Checks a schema against the dialect's own.
   *
   * @throws SchemaException if a keyword has a value that it cannot have
   */
  static void check(JsonNode schema) throws SchemaException {
    List<Error> errors;
    try {
      errors = validate(META_SCHEMA, schema);
    } catch (ValidationLimitExceededException e) {
      throw new SchemaException("", "The schema is too complex.");
    }
    if (!errors.isEmpty()) {
      Error first = errors.get(0);
      throw new SchemaException(
          first.getInstanceLocation().toString(), "Not a JSON Schema: " + first.getMessage() + ".");
    }
  }

  /** Compiles a checked schema. */
  static Schema compile(JsonNode schema) {
    JsonNode anonymous = schema.deepCopy();
    if (anonymous instanceof ObjectNode object) {
      object.remove("$id"); // Nothing refers to it, and no two schemas shall meet by it.
    }
    Schema compiled = REGISTRY.getSchema(anonymous);
    compiled.initializeValidators();
    return compiled;
  }

  /**
   * Validates within bounds.
   *
   * @throws ValidationLimitExceededException if that takes too long
   */
  static List<Error> validate(Schema schema, JsonNode value) {
    return schema.validate(
        value,
        context ->
            context.executionConfig(
                config -> config.maxEvaluationSteps(MAX_STEPS).maxEvaluationDepth(MAX_DEPTH)));
  }
}

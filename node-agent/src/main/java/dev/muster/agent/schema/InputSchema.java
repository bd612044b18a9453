// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.schema;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.PathType;
import dev.muster.agent.json.Json;
import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The compiled schema of an action's input: JSON Schema 2020-12, no remote {@code $ref}, at most 64
 * KiB and 32 levels. Where the schema says nothing about names that it does not list, they are
 * refused. Compiled on first use, so that an agent whose actions never run stays small.
 * Thread-safe.
 */
public final class InputSchema {
  private static final InputSchema NONE = new InputSchema(null);
  private static final int MOST_TOLD = 5;

  private final @Nullable JsonNode tree;
  // Written under the lock by whoever validates first.
  private volatile @Nullable Schema compiled;

  private InputSchema(@Nullable JsonNode tree) {
    this.tree = tree;
  }

  /** Returns the schema of an action that takes {@code {}} only. */
  public static InputSchema none() {
    return NONE;
  }

  /**
   * Returns the schema of this text.
   *
   * @throws IllegalArgumentException if it is not JSON, too large, too deep, refers to another
   *     document, or is not an object
   */
  public static InputSchema compile(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    try {
      StrictJson.checkObject(bytes, Limits.SCHEMA_BYTES);
    } catch (StrictJsonException e) {
      throw new IllegalArgumentException("The schema is refused: " + e.getMessage(), e);
    }
    JsonNode tree = Json.tree(bytes);
    SchemaBounds.check(tree);
    return new InputSchema(tree);
  }

  /**
   * Checks an input.
   *
   * @return what is wrong with it, the first {@value #MOST_TOLD} violations; empty if it is valid
   */
  public Optional<String> violations(byte[] input) {
    try {
      StrictJson.checkObject(input, Limits.INPUT_BYTES);
    } catch (StrictJsonException e) {
      return Optional.of(at(e.pointer()) + e.getMessage());
    }
    if (tree == null) {
      return isEmptyObject(input)
          ? Optional.empty()
          : Optional.of("The action takes no input; only {} is valid.");
    }
    List<Error> errors;
    try {
      errors = schema().validate(Json.tree(input));
    } catch (BoundedPattern.TooCostlyException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    if (errors.isEmpty()) {
      return Optional.empty();
    }
    Stream<String> told =
        errors.stream()
            .limit(MOST_TOLD)
            .map(error -> at(error.getInstanceLocation().toString()) + error.getMessage());
    String more = errors.size() > MOST_TOLD ? "; and more" : "";
    return Optional.of(String.join("; ", told.toList()) + more);
  }

  /** Returns the input that the schema's defaults make, as JSON text. */
  public String defaults() {
    return tree == null ? "{}" : SchemaDefaults.of(tree).toString();
  }

  private Schema schema() {
    Schema schema = compiled;
    if (schema == null) {
      synchronized (this) {
        schema = compiled;
        if (schema == null) {
          schema = load();
          compiled = schema;
        }
      }
    }
    return schema;
  }

  private Schema load() {
    ObjectNode closed = (ObjectNode) Objects.requireNonNull(tree).deepCopy();
    if (!closed.has("additionalProperties") && !closed.has("unevaluatedProperties")) {
      closed.put("unevaluatedProperties", false);
    }
    SchemaRegistryConfig config =
        SchemaRegistryConfig.builder()
            .pathType(PathType.JSON_POINTER)
            .locale(Locale.ROOT)
            .losslessNarrowing(true)
            .regularExpressionFactory(BoundedPattern::compile)
            .build();
    return SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            registry ->
                registry
                    .schemaRegistryConfig(config)
                    .schemaLoader(loader -> loader.fetchRemoteResources(false)))
        .getSchema(closed);
  }

  /** Tells it without a parser: the text is known to be an object. */
  private static boolean isEmptyObject(byte[] input) {
    return new String(input, StandardCharsets.UTF_8)
        .strip()
        .substring(1)
        .stripLeading()
        .startsWith("}");
  }

  private static String at(String pointer) {
    return pointer.isEmpty() ? "" : pointer + ": ";
  }
}

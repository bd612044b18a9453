// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.hook;

import com.google.protobuf.ByteString;
import dev.muster.agent.Danger;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.json.Json;
import dev.muster.agent.schema.InputSchema;
import dev.muster.proto.type.v1.Action;
import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What the file {@code NAME.muster.json} beside a hook says of it: a JSON object with any of {@code
 * summary}, {@code version}, {@code danger} (LOW, MEDIUM, HIGH, CRITICAL), {@code schema} (an
 * object), {@code timeout} ("30s", "5m", "2h", or ISO-8601), {@code requires_confirmation}, {@code
 * idempotent}, {@code prepare} (the hook answers PREPARE itself: {@link HookPreparation}), {@code
 * enabled}, {@code exclusive_group}, {@code allow_when_disabled}, {@code min_role}, {@code
 * condition}, {@code output_limit_bytes}. Any other name is an error: a misspelt safeguard must not
 * be passed over.
 *
 * @param declaration what it says, without name, kind and digest
 * @param schema the schema of the input
 */
record HookSidecar(Action declaration, InputSchema schema) {
  /** Largest sidecar: a schema and some room. */
  static final int MAX_BYTES = Limits.SCHEMA_BYTES + (16 << 10);

  /** The schema where a sidecar names none. */
  private static final String ANY_OBJECT = "{\"type\":\"object\",\"additionalProperties\":true}";

  /** What a hook without a sidecar is: enabled, of LOW danger, taking any object. */
  static final HookSidecar NONE =
      new HookSidecar(
          Action.newBuilder()
              .setEnabled(true)
              .setInputSchemaJson(ByteString.copyFromUtf8(ANY_OBJECT))
              .build(),
          InputSchema.compile(ANY_OBJECT));

  /**
   * Reads a sidecar.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static HookSidecar parse(byte[] json) {
    try {
      StrictJson.checkObject(json, MAX_BYTES);
    } catch (StrictJsonException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    Action.Builder declaration = NONE.declaration().toBuilder();
    InputSchema schema = NONE.schema();
    for (Map.Entry<String, JsonNode> property : Json.tree(json).properties()) {
      JsonNode value = property.getValue();
      switch (property.getKey()) {
        case "summary" -> declaration.setSummary(text(property, Limits.SUMMARY_CHARS));
        case "version" -> declaration.setVersion(text(property, Limits.VERSION_CHARS));
        case "danger" -> declaration.setDanger(CatalogEntry.toProto(danger(property)));
        case "schema" -> {
          schema = InputSchema.compile(value.toString());
          declaration.setInputSchemaJson(ByteString.copyFromUtf8(value.toString()));
        }
        case "timeout" -> declaration.setRunTimeout(CatalogEntry.toProto(timeout(property)));
        case "requires_confirmation" -> declaration.setRequiresConfirmation(flag(property));
        case "idempotent" -> declaration.setIdempotent(flag(property));
        case "prepare" -> declaration.setPrepares(flag(property));
        case "enabled" -> declaration.setEnabled(flag(property));
        case "exclusive_group" ->
            declaration.setExclusiveGroup(text(property, Limits.ACTION_NAME_CHARS));
        case "allow_when_disabled" -> declaration.setAllowWhenDisabled(flag(property));
        case "min_role" -> declaration.setMinRole(text(property, Limits.ACTION_NAME_CHARS));
        case "condition" -> declaration.setCondition(text(property, Limits.CONDITION_CHARS));
        case "output_limit_bytes" -> declaration.setOutputLimitBytes(outputLimit(property));
        default -> throw new IllegalArgumentException("\"" + property.getKey() + "\" is not known");
      }
    }
    return new HookSidecar(declaration.build(), schema);
  }

  /** What a hook with a broken sidecar is: there to be seen, switched off. */
  static HookSidecar broken(String problem) {
    return new HookSidecar(
        Action.newBuilder()
            .setEnabled(false)
            .setDanger(CatalogEntry.toProto(Danger.CRITICAL))
            .setSummary(problem.substring(0, Math.min(problem.length(), Limits.SUMMARY_CHARS)))
            .build(),
        InputSchema.none());
  }

  private static String text(Map.Entry<String, JsonNode> property, int chars) {
    String text = property.getValue().isString() ? property.getValue().stringValue() : null;
    if (text == null || text.length() > chars) {
      throw wrong(property, "a text of at most " + chars + " characters");
    }
    return text;
  }

  private static boolean flag(Map.Entry<String, JsonNode> property) {
    if (!property.getValue().isBoolean()) {
      throw wrong(property, "true or false");
    }
    return property.getValue().booleanValue();
  }

  private static Danger danger(Map.Entry<String, JsonNode> property) {
    try {
      return Danger.valueOf(property.getValue().asString("").toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw wrong(property, "LOW, MEDIUM, HIGH or CRITICAL");
    }
  }

  private static Duration timeout(Map.Entry<String, JsonNode> property) {
    String text = property.getValue().asString("");
    try {
      Duration timeout =
          Duration.parse(text.startsWith("P") ? text : "PT" + text.toUpperCase(Locale.ROOT));
      if (timeout.compareTo(Limits.MIN_RUN_TIMEOUT) >= 0
          && timeout.compareTo(Limits.MAX_RUN_TIMEOUT) <= 0) {
        return timeout;
      }
    } catch (DateTimeParseException e) {
      // Told below.
    }
    throw wrong(property, "a span from 1s to 24h");
  }

  private static long outputLimit(Map.Entry<String, JsonNode> property) {
    JsonNode value = property.getValue();
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < 1
        || value.longValue() > Limits.MAX_OUTPUT_BYTES) {
      throw wrong(property, "a number from 1 to " + Limits.MAX_OUTPUT_BYTES);
    }
    return value.longValue();
  }

  private static IllegalArgumentException wrong(
      Map.Entry<String, JsonNode> property, String wanted) {
    return new IllegalArgumentException("\"" + property.getKey() + "\" must be " + wanted);
  }
}

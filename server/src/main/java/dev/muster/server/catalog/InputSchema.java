// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import com.networknt.schema.Schema;
import com.networknt.schema.ValidationLimitExceededException;
import dev.muster.server.error.FieldViolation;
import dev.muster.wire.Limits;
import dev.muster.wire.StrictJson;
import dev.muster.wire.StrictJsonException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The schema of an action's input, compiled: JSON Schema 2020-12 of at most 64 KiB and 32 levels,
 * without references out of it and with patterns that match in linear time.
 *
 * <ul>
 *   <li>An input is an object; a key that the schema does not describe is refused unless {@code
 *       additionalProperties} or {@code unevaluatedProperties} lets it pass ({@link SchemaClosing}
 *       has the rule).
 *   <li>Numbers are compared exactly, however large. {@code format} is not checked, only {@code
 *       password} means something.
 *   <li>Nothing that it tells quotes a value of the input.
 * </ul>
 *
 * Immutable, thread-safe.
 */
public final class InputSchema {
  /** Most violations that {@link #validate} tells. */
  public static final int MAX_VIOLATIONS = Violations.MAX;

  private static final byte[] NO_INPUT = "{\"type\":\"object\"}".getBytes(StandardCharsets.UTF_8);

  private final SchemaDocument document;
  private final Schema compiled;
  private final String defaults;

  private InputSchema(SchemaDocument document, Schema compiled) {
    this.document = document;
    this.compiled = compiled;
    this.defaults = Json.write(SchemaDefaults.of(document));
  }

  /**
   * Compiles a schema; no bytes at all stand for one that takes {@code {}} only.
   *
   * @throws SchemaException if it is not JSON, not a JSON Schema, or has what is refused
   */
  public static InputSchema compile(byte[] json) throws SchemaException {
    SchemaDocument document = SchemaDocument.parse(json.length == 0 ? NO_INPUT : json);
    SchemaClosing.close(document);
    try {
      return new InputSchema(document, SchemaDialect.compile(document.root()));
    } catch (com.networknt.schema.SchemaException e) {
      throw new SchemaException("", "The schema cannot be compiled.");
    }
  }

  /**
   * Checks an input.
   *
   * @param json any bytes
   * @return what is wrong, by JSON pointer, at most {@link #MAX_VIOLATIONS}; empty: the input is
   *     valid
   */
  public List<FieldViolation> validate(byte[] json) {
    try {
      StrictJson.checkObject(json, Limits.INPUT_BYTES);
    } catch (StrictJsonException e) {
      return List.of(
          new FieldViolation(e.pointer(), e.getMessage() + " (at byte " + e.offset() + ")"));
    }
    try {
      return Violations.of(SchemaDialect.validate(compiled, Json.read(json)));
    } catch (ValidationLimitExceededException e) {
      return List.of(new FieldViolation("", "takes too long to be checked against the schema"));
    }
  }

  /** Returns an input to start from, as JSON text: declared defaults, else nothing of each type. */
  public String defaults() {
    return defaults;
  }

  /**
   * Returns an input, valid or not, as JSON text in which {@code "***"} stands for what the schema
   * calls secret, and for what it does not describe.
   *
   * @param json any bytes; what is not an object is hidden as a whole
   */
  public String redact(byte[] json) {
    try {
      StrictJson.checkObject(json, Limits.INPUT_BYTES);
    } catch (StrictJsonException e) {
      return "\"" + Redaction.HIDDEN + "\"";
    }
    JsonNode input = Json.read(json);
    JsonNode redacted = Redaction.redact(document, input);
    // As it was sent, where there is nothing to hide.
    return redacted.equals(input) ? new String(json, StandardCharsets.UTF_8) : Json.write(redacted);
  }
}

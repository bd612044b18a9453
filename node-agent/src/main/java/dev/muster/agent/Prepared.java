// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import dev.muster.agent.json.Json;
import java.util.Optional;

/**
 * The answer of a {@link PrepareHandler}: an input to start from, and what the thing to be changed
 * looks like now. Immutable, thread-safe.
 */
public final class Prepared {
  private final String initialPayloadJson;
  private final Optional<String> currentStateJson;
  private final Optional<String> inputSchemaJson;

  private Prepared(
      String initialPayloadJson,
      Optional<String> currentStateJson,
      Optional<String> inputSchemaJson) {
    this.initialPayloadJson = initialPayloadJson;
    this.currentStateJson = currentStateJson;
    this.inputSchemaJson = inputSchemaJson;
  }

  /**
   * Returns an answer with an input to start from.
   *
   * @throws IllegalArgumentException if it cannot be told in JSON
   */
  public static Prepared of(Object initialPayload) {
    return new Prepared(Json.write(initialPayload), Optional.empty(), Optional.empty());
  }

  /**
   * Returns an answer with an input to start from and the current state.
   *
   * @throws IllegalArgumentException if one of them cannot be told in JSON
   */
  public static Prepared of(Object initialPayload, Object currentState) {
    return new Prepared(
        Json.write(initialPayload), Optional.of(Json.write(currentState)), Optional.empty());
  }

  /** Returns the same answer with a schema that is narrower, for now, than the declared one. */
  public Prepared withSchema(String schemaJson) {
    return new Prepared(initialPayloadJson, currentStateJson, Optional.of(schemaJson));
  }

  /** Returns the input to start from, as JSON text. */
  public String initialPayloadJson() {
    return initialPayloadJson;
  }

  /** Returns the current state, as JSON text. */
  public Optional<String> currentStateJson() {
    return currentStateJson;
  }

  /** Returns the schema; empty: the declared one. */
  public Optional<String> inputSchemaJson() {
    return inputSchemaJson;
  }
}

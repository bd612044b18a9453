// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import dev.muster.agent.json.Json;

/**
 * The input of a run: a JSON object, kept as the exact text that the operator sent. Immutable,
 * thread-safe.
 */
public final class Input {
  private final String json;

  private Input(String json) {
    this.json = json;
  }

  /** Returns an input with this text; also for unit tests of a handler. */
  public static Input of(String json) {
    return new Input(json);
  }

  /** Returns the text, character for character as it was sent: large integers keep their digits. */
  public String json() {
    return json;
  }

  /**
   * Returns the input as a record, a class with setters, or {@code Map.class}. Unknown names are
   * refused for records and classes.
   *
   * @throws IllegalArgumentException if the input does not fit the type
   */
  public <T> T as(Class<T> type) {
    return Json.read(json, type);
  }

  @Override
  public String toString() {
    // Inputs may hold secrets and must not end up in logs by accident.
    return "Input[" + json.length() + " characters]";
  }
}

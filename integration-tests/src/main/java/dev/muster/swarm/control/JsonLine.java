// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.control;

/** A JSON object of one level, as one line. Not thread-safe. */
public final class JsonLine {
  private final StringBuilder text = new StringBuilder();

  private JsonLine(boolean ok) {
    text.append("{\"ok\":").append(ok);
  }

  /** Returns the beginning of a good answer. */
  public static JsonLine ok() {
    return new JsonLine(true);
  }

  /** Returns the answer to a command that failed. */
  public static JsonLine failed(String error) {
    return new JsonLine(false).with("error", error);
  }

  /** Adds a number. */
  public JsonLine with(String key, long value) {
    name(key).append(value);
    return this;
  }

  /** Adds a number with a fraction. */
  public JsonLine with(String key, double value) {
    name(key).append(Math.round(value * 10) / 10.0);
    return this;
  }

  /** Adds a text. */
  public JsonLine with(String key, String value) {
    name(key);
    quote(value);
    return this;
  }

  private StringBuilder name(String key) {
    text.append(',');
    quote(key);
    return text.append(':');
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ') {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }

  /** Returns the line, without its end. */
  @Override
  public String toString() {
    return text + "}";
  }
}

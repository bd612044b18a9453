// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.audit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.List;

/** Builds the details of an audit record as a JSON object. Not thread-safe. */
public final class AuditDetails {
  private static final int USUAL_CHARS = 144;

  private final StringBuilder json = new StringBuilder(USUAL_CHARS).append('{');

  /** Adds a text. */
  @CanIgnoreReturnValue
  public AuditDetails add(String key, String value) {
    key(key);
    text(value);
    return this;
  }

  /** Adds a number. */
  @CanIgnoreReturnValue
  public AuditDetails add(String key, long value) {
    key(key);
    json.append(value);
    return this;
  }

  /** Adds texts. */
  @CanIgnoreReturnValue
  public AuditDetails add(String key, List<String> values) {
    key(key);
    json.append('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        json.append(',');
      }
      text(values.get(i));
    }
    json.append(']');
    return this;
  }

  /** Adds a value that is JSON text already. */
  @CanIgnoreReturnValue
  public AuditDetails addJson(String key, String value) {
    key(key);
    json.append(value);
    return this;
  }

  /** Returns the object. Nothing is added after. */
  public String json() {
    return json.append('}').toString();
  }

  private void key(String key) {
    if (json.length() > 1) {
      json.append(',');
    }
    text(key);
    json.append(':');
  }

  private void text(String value) {
    json.append('"');
    if (isPlain(value)) {
      json.append(value).append('"');
      return;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < 0x20) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }

  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\' || c < 0x20) {
        return false;
      }
    }
    return true;
  }
}

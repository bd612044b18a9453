// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.input;

/** Writes JSON strings. */
final class JsonString {
  private JsonString() {}

  /**
   * Returns the text as a JSON string, in quotes.
   *
   * @throws InputException if it has half of a surrogate pair, which no JSON text can hold
   */
  static String quote(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      switch (point) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> appendPlain(json, point);
      }
    }
    return json.append('"').toString();
  }

  private static void appendPlain(StringBuilder json, int point) {
    if (point < ' ') {
      json.append(String.format("\\u%04x", point));
    } else if (Character.getType(point) == Character.SURROGATE) {
      throw new InputException("The text is not valid Unicode.");
    } else {
      json.appendCodePoint(point);
    }
  }
}

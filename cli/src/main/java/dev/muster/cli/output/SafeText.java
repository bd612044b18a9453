// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

/**
 * Makes text from elsewhere harmless for a terminal: what would move the cursor, change colours,
 * set titles, reverse the reading direction or be invisible is shown as an escape instead.
 */
public final class SafeText {
  private SafeText() {}

  /** Returns the text in one line: line ends and tabs are escaped as well. */
  public static String line(String text) {
    return escape(text, false);
  }

  /** Returns the text with its line ends and tabs, and everything else escaped. */
  public static String block(String text) {
    return escape(text, true);
  }

  /** Returns JSON text that means the same, with no dangerous character in its strings. */
  public static String json(String json) {
    StringBuilder safe = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); ) {
      int point = json.codePointAt(i);
      i += Character.charCount(point);
      if (isLayout(point) || !isDangerous(point)) {
        safe.appendCodePoint(point);
      } else {
        for (char unit : Character.toChars(point)) {
          safe.append(String.format("\\u%04x", (int) unit));
        }
      }
    }
    return safe.toString();
  }

  private static String escape(String text, boolean keepLayout) {
    StringBuilder safe = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      if ((keepLayout && isLayout(point)) || !isDangerous(point)) {
        safe.appendCodePoint(point);
      } else {
        appendEscaped(safe, point);
      }
    }
    return safe.toString();
  }

  private static void appendEscaped(StringBuilder safe, int point) {
    switch (point) {
      case '\n' -> safe.append("\\n");
      case '\r' -> safe.append("\\r");
      case '\t' -> safe.append("\\t");
      default -> safe.append(String.format(point < 0x100 ? "\\x%02x" : "\\u{%x}", point));
    }
  }

  private static boolean isLayout(int point) {
    return point == '\n' || point == '\t';
  }

  private static boolean isDangerous(int point) {
    return switch (Character.getType(point)) {
      // C0 and C1 controls; bidirectional, zero-width and tag characters; U+2028 and U+2029; halves
      // of pairs.
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }
}

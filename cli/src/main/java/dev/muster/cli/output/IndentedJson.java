// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

/** Sets JSON text out in lines and leaves its names, numbers and strings as they are. */
public final class IndentedJson {
  private IndentedJson() {}

  /** Returns the text indented. What is not JSON comes back in some layout, never with an error. */
  public static String of(String json) {
    StringBuilder lines = new StringBuilder();
    int depth = 0;
    boolean inString = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (inString) {
        lines.append(c);
        if (c == '\\' && i + 1 < json.length()) {
          lines.append(json.charAt(++i));
        } else if (c == '"') {
          inString = false;
        }
        continue;
      }
      switch (c) {
        case ' ', '\n', '\r', '\t' -> {}
        case '"' -> {
          lines.append(c);
          inString = true;
        }
        case '{', '[' -> {
          int next = nextSignificant(json, i + 1);
          if (next < json.length() && (json.charAt(next) == '}' || json.charAt(next) == ']')) {
            lines.append(c).append(json.charAt(next));
            i = next;
          } else {
            newLine(lines.append(c), ++depth);
          }
        }
        case '}', ']' -> {
          depth = Math.max(0, depth - 1);
          newLine(lines, depth);
          lines.append(c);
        }
        case ',' -> newLine(lines.append(c), depth);
        case ':' -> lines.append(": ");
        default -> lines.append(c);
      }
    }
    return lines.toString();
  }

  private static int nextSignificant(String json, int from) {
    int i = from;
    while (i < json.length() && " \n\r\t".indexOf(json.charAt(i)) >= 0) {
      i++;
    }
    return i;
  }

  private static void newLine(StringBuilder lines, int depth) {
    lines.append('\n').append("  ".repeat(depth));
  }
}

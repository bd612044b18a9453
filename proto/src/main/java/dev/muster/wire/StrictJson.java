// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks JSON text byte by byte and leaves it as it is, so that it can be passed on unchanged:
 * numbers keep their digits.
 *
 * <p>Beyond the grammar (RFC 8259) it asks for: valid UTF-8 without a byte order mark, exactly one
 * value, no name twice in an object (escapes resolved), no unpaired surrogate, at most {@link
 * Limits#JSON_DEPTH} objects and arrays in each other, numbers of at most {@value #NUMBER_CHARS}
 * characters and with exponents of at most {@value #MAX_EXPONENT} either way. Time and memory are
 * linear in the text; nothing recurses.
 */
public final class StrictJson {
  /** Longest number, in characters; parsers elsewhere stop there as well. */
  public static final int NUMBER_CHARS = 1_000;

  /** Largest exponent, either way: what is beyond overwhelms arithmetic that is exact. */
  public static final int MAX_EXPONENT = 999;

  private final byte[] text;
  private final int maxDepth;
  private final Deque<Container> containers = new ArrayDeque<>();
  private int position;

  private StrictJson(byte[] text, int maxDepth) {
    this.text = text;
    this.maxDepth = maxDepth;
  }

  /**
   * Checks that the text is one JSON value.
   *
   * @throws StrictJsonException if it is not, or is longer than {@code maxBytes}
   */
  public static void checkValue(byte[] text, int maxBytes) throws StrictJsonException {
    checkValue(text, maxBytes, Limits.JSON_DEPTH);
  }

  /**
   * Checks that the text is one JSON value that nests no deeper than {@code maxDepth}.
   *
   * @throws StrictJsonException if it is not, or is longer than {@code maxBytes}
   */
  public static void checkValue(byte[] text, int maxBytes, int maxDepth)
      throws StrictJsonException {
    if (text.length > maxBytes) {
      throw new StrictJsonException(
          maxBytes,
          "",
          "The JSON has " + text.length + " bytes; at most " + maxBytes + " are taken.");
    }
    new StrictJson(text, maxDepth).document();
  }

  /**
   * Checks that the text is one JSON object.
   *
   * @throws StrictJsonException if it is not, or is longer than {@code maxBytes}
   */
  public static void checkObject(byte[] text, int maxBytes) throws StrictJsonException {
    checkValue(text, maxBytes);
    int start = 0;
    while (isWhitespace(text[start])) {
      start++;
    }
    if (text[start] != '{') {
      throw new StrictJsonException(start, "", "The JSON is not an object.");
    }
  }

  private void document() throws StrictJsonException {
    boolean complete = value();
    while (!containers.isEmpty()) {
      complete = complete ? afterValue() : value();
    }
    skipWhitespace();
    if (position < text.length) {
      throw error("There is something after the end of the JSON value.");
    }
  }

  /** Reads a value; false if that opened a container whose first value comes next. */
  private boolean value() throws StrictJsonException {
    skipWhitespace();
    int first = peek();
    switch (first) {
      case '{', '[' -> {
        return open(first == '{');
      }
      case '"' -> string();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> number();
    }
    return true;
  }

  private boolean open(boolean object) throws StrictJsonException {
    if (containers.size() == maxDepth) {
      throw error("The JSON nests deeper than " + maxDepth + " levels.");
    }
    Container container = new Container(object ? new HashSet<>() : null);
    position++;
    skipWhitespace();
    if (peek() == (object ? '}' : ']')) {
      position++;
      return true;
    }
    containers.push(container);
    if (object) {
      name(container);
    }
    return false;
  }

  /** Reads what follows a value in a container; false if another value comes next. */
  private boolean afterValue() throws StrictJsonException {
    Container container = containers.element();
    boolean object = container.names != null;
    skipWhitespace();
    int next = peek();
    if (next == (object ? '}' : ']')) {
      position++;
      containers.pop();
      return true;
    }
    if (next != ',') {
      throw error(object ? "Expected ',' or '}'." : "Expected ',' or ']'.");
    }
    position++;
    container.index++;
    if (object) {
      skipWhitespace();
      name(container);
    }
    return false;
  }

  private void name(Container container) throws StrictJsonException {
    container.name = null;
    if (peek() != '"') {
      throw error("Expected a name in double quotes.");
    }
    int start = position;
    String name = string();
    container.name = name;
    if (container.names != null && !container.names.add(name)) {
      throw error(start, "The name is in its object twice.");
    }
    skipWhitespace();
    if (peek() != ':') {
      throw error("Expected ':'.");
    }
    position++;
  }

  private String string() throws StrictJsonException {
    int start = ++position;
    while (true) {
      int c = peek();
      if (c == '"') {
        String text = new String(this.text, start, position++ - start, StandardCharsets.UTF_8);
        return text.indexOf('\\') < 0 ? text : unescape(text);
      } else if (c == '\\') {
        escape();
      } else if (c < 0) {
        throw error("The JSON ends in the middle of a string.");
      } else if (c < ' ') {
        throw error("A control character in a string must be escaped.");
      } else if (c < 0x80) {
        position++;
      } else {
        position += utf8Length(c);
      }
    }
  }

  private void escape() throws StrictJsonException {
    int start = position++;
    switch (peek()) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> position++;
      case 'u' -> {
        char first = hexEscape();
        if (Character.isLowSurrogate(first)) {
          throw error(start, "A surrogate escape has no partner.");
        }
        if (Character.isHighSurrogate(first)) {
          boolean paired = peek() == '\\' && at(position + 1) == 'u';
          position++;
          if (!paired || !Character.isLowSurrogate(hexEscape())) {
            throw error(start, "A surrogate escape has no partner.");
          }
        }
      }
      default -> throw error(start, "Unknown escape in a string.");
    }
  }

  /** Reads {@code uXXXX}. */
  private char hexEscape() throws StrictJsonException {
    int value = 0;
    for (int i = 1; i <= 4; i++) {
      int digit = Character.digit(at(position + i), 16);
      if (digit < 0 || at(position + i) >= 0x80) {
        throw error(Math.min(position + i, text.length), "Expected four hex digits.");
      }
      value = value << 4 | digit;
    }
    position += 5;
    return (char) value;
  }

  private static String unescape(String escaped) {
    StringBuilder text = new StringBuilder(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      char kind = escaped.charAt(++i);
      switch (kind) {
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'u' -> {
          text.append((char) Integer.parseInt(escaped, i + 1, i + 5, 16));
          i += 4;
        }
        default -> text.append(kind);
      }
    }
    return text.toString();
  }

  /**
   * Returns the length of the UTF-8 sequence that this byte begins: shortest form only, no
   * surrogates (RFC 3629).
   */
  private int utf8Length(int first) throws StrictJsonException {
    int second = at(position + 1);
    boolean two = first >= 0xc2 && first <= 0xdf && isContinuation(second);
    if (two) {
      return 2;
    }
    boolean three =
        first >= 0xe0
            && first <= 0xef
            && isContinuation(second)
            && (first != 0xe0 || second >= 0xa0)
            && (first != 0xed || second <= 0x9f)
            && isContinuation(at(position + 2));
    if (three) {
      return 3;
    }
    boolean four =
        first >= 0xf0
            && first <= 0xf4
            && isContinuation(second)
            && (first != 0xf0 || second >= 0x90)
            && (first != 0xf4 || second <= 0x8f)
            && isContinuation(at(position + 2))
            && isContinuation(at(position + 3));
    if (four) {
      return 4;
    }
    throw error("The text is not valid UTF-8.");
  }

  private void number() throws StrictJsonException {
    int start = position;
    if (peek() == '-') {
      position++;
    }
    if (peek() == '0') {
      position++;
    } else {
      digits(position == start ? "Expected a JSON value." : "Expected a digit.");
    }
    if (peek() == '.') {
      position++;
      digits("Expected a digit.");
    }
    if (peek() == 'e' || peek() == 'E') {
      position++;
      if (peek() == '+' || peek() == '-') {
        position++;
      }
      exponent(start);
    }
    if (position - start > NUMBER_CHARS) {
      throw error(start, "A number has more than " + NUMBER_CHARS + " characters.");
    }
  }

  private void exponent(int numberStart) throws StrictJsonException {
    int start = position;
    digits("Expected a digit.");
    int value = 0;
    for (int i = start; i < position && value <= MAX_EXPONENT; i++) {
      value = value * 10 + text[i] - '0';
    }
    if (value > MAX_EXPONENT) {
      throw error(numberStart, "A number has an exponent above " + MAX_EXPONENT + ".");
    }
  }

  private void digits(String otherwise) throws StrictJsonException {
    int start = position;
    while (peek() >= '0' && peek() <= '9') {
      position++;
    }
    if (position == start) {
      throw error(position < text.length ? otherwise : "The JSON ends too early.");
    }
  }

  private void literal(String word) throws StrictJsonException {
    for (int i = 0; i < word.length(); i++) {
      if (at(position + i) != word.charAt(i)) {
        throw error("Expected a JSON value.");
      }
    }
    position += word.length();
  }

  private void skipWhitespace() {
    while (position < text.length && isWhitespace(text[position])) {
      position++;
    }
  }

  private static boolean isWhitespace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private static boolean isContinuation(int b) {
    return b >= 0x80 && b <= 0xbf;
  }

  private int peek() {
    return at(position);
  }

  /** Returns the byte there; -1 beyond the end. */
  private int at(int index) {
    return index < text.length ? text[index] & 0xff : -1;
  }

  private StrictJsonException error(String message) {
    return error(position, position < text.length ? message : "The JSON ends too early.");
  }

  private StrictJsonException error(int offset, String message) {
    StringBuilder pointer = new StringBuilder();
    for (Iterator<Container> i = containers.descendingIterator(); i.hasNext(); ) {
      i.next().appendTo(pointer);
    }
    return new StrictJsonException(offset, pointer.toString(), message);
  }

  /** An object or array whose end has not come yet, and where in it the parser is. */
  private static final class Container {
    final @Nullable Set<String> names;
    @Nullable String name;
    int index;

    Container(@Nullable Set<String> names) {
      this.names = names;
    }

    void appendTo(StringBuilder pointer) {
      if (names == null) {
        pointer.append('/').append(index);
      } else if (name != null) {
        pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
      }
    }
  }
}

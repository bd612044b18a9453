// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.regex.RegularExpression;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A regular expression of a foreign schema, matched in linear time: RE2 syntax, so no back
 * references and no lookaround. What it compiles to is bounded as well, since {@code
 * ((a{1000}){1000}){1000}} is short to write. Unanchored, as JSON Schema has it.
 */
final class LinearPattern implements RegularExpression {
  /** Largest pattern, in characters. */
  static final int MAX_CHARS = 1_024;

  /** Largest program that a pattern may compile to, in estimated steps. */
  static final int MAX_COST = 2_000;

  private final Pattern pattern;

  private LinearPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * Compiles a pattern.
   *
   * @throws IllegalArgumentException if it is not of this syntax, or too large; the message is a
   *     sentence
   */
  static LinearPattern compile(String regex) {
    if (regex.length() > MAX_CHARS) {
      throw new IllegalArgumentException("A pattern has more than " + MAX_CHARS + " characters.");
    }
    if (regex.contains("\\Q") || regex.contains("[:")) {
      throw new IllegalArgumentException("A pattern has \\Q or [: in it.");
    }
    if (cost(regex) > MAX_COST) {
      throw new IllegalArgumentException("A pattern repeats too much.");
    }
    try {
      return new LinearPattern(Pattern.compile(regex));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "A pattern is not of RE2 syntax, which has no back references and no lookaround.", e);
    }
  }

  @Override
  public boolean matches(String value) {
    return pattern.matcher(value).find();
  }

  /** Estimates the size of the program: atoms, times what counted repetitions make of them. */
  static long cost(String regex) {
    Deque<Long> outer = new ArrayDeque<>();
    long sum = 0;
    long last = 0;
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c == '(') {
        outer.push(sum);
        sum = 0;
        last = 0;
      } else if (c == ')' && !outer.isEmpty()) {
        last = sum + 2;
        sum = outer.pop() + last;
      } else if (c == '{' && repetition(regex, i) >= 0) {
        long repeated = last * Math.max(1, repetition(regex, i));
        sum += repeated - last;
        last = repeated;
        i = regex.indexOf('}', i);
      } else {
        i = c == '\\' ? i + 1 : c == '[' ? endOfClass(regex, i) : i;
        last = 1;
        sum++;
      }
      if (sum > MAX_COST) {
        return sum;
      }
    }
    return sum + outer.stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the larger bound of {@code {n,m}} that begins here; -1 if none does. */
  private static int repetition(String regex, int start) {
    int end = regex.indexOf('}', start);
    if (end < 0) {
      return -1;
    }
    int largest = -1;
    for (String bound : regex.substring(start + 1, end).split(",", -1)) {
      if (bound.length() > 6 || !bound.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return -1;
      }
      largest = Math.max(largest, bound.isEmpty() ? 0 : Integer.parseInt(bound));
    }
    return largest;
  }

  private static int endOfClass(String regex, int start) {
    int i = start + 1;
    if (i < regex.length() && regex.charAt(i) == '^') {
      i++;
    }
    if (i < regex.length() && regex.charAt(i) == ']') {
      i++; // First in its class it stands for itself.
    }
    while (i < regex.length() && regex.charAt(i) != ']') {
      i += regex.charAt(i) == '\\' ? 2 : 1;
    }
    return i;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.schema;

import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Pattern;

/**
 * A regular expression of a schema that cannot hold its caller up: matching reads at most {@value
 * #MOST_READS} characters, however often it comes back to them, and then gives up. Unanchored, as
 * JSON Schema has it. Thread-safe.
 */
final class BoundedPattern implements RegularExpression {
  static final int MOST_READS = 2_000_000;

  private final Pattern pattern;

  private BoundedPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /** Matching would take too long; the input cannot be told valid. */
  static final class TooCostlyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooCostlyException(String pattern) {
      super("The pattern " + pattern + " takes too long on this input.");
    }
  }

  /**
   * Compiles a pattern.
   *
   * @throws java.util.regex.PatternSyntaxException if it is none
   */
  static BoundedPattern compile(String regex) {
    return new BoundedPattern(Pattern.compile(regex));
  }

  @Override
  public boolean matches(String value) {
    try {
      return pattern.matcher(new CountedText(value, new int[] {MOST_READS})).find();
    } catch (StackOverflowError e) {
      // Groups that repeat recurse once for each character.
      throw new TooCostlyException(pattern.pattern());
    }
  }

  /** Counts what is read of it, over all its parts. */
  private final class CountedText implements CharSequence {
    private final CharSequence text;
    private final int[] readsLeft;

    CountedText(CharSequence text, int[] readsLeft) {
      this.text = text;
      this.readsLeft = readsLeft;
    }

    @Override
    public char charAt(int index) {
      if (readsLeft[0]-- <= 0) {
        throw new TooCostlyException(pattern.pattern());
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new CountedText(text.subSequence(start, end), readsLeft);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}

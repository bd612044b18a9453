// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

/**
 * One cell of a {@link Table}: one line of harmless text.
 *
 * @param text what it shows, already made safe
 * @param style how it stands out
 */
public record Cell(String text, Style style) {
  /** Returns a cell of any text. */
  public static Cell of(String text) {
    return of(text, Style.PLAIN);
  }

  /** Returns a cell of any text in a style. */
  public static Cell of(String text, Style style) {
    return new Cell(SafeText.line(text), style);
  }

  /** Returns a cell of a number. */
  public static Cell of(long number) {
    return new Cell(Long.toString(number), Style.PLAIN);
  }
}

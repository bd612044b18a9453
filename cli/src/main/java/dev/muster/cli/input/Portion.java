// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.input;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A part of a cohort: a count such as {@code 3}, or percent such as {@code 20%}.
 *
 * @param number how many, or how much
 * @param percent whether it is percent
 */
public record Portion(int number, boolean percent) {
  /** How many nodes; 0 if it is percent. */
  public int count() {
    return percent ? 0 : number;
  }

  /** How much of the cohort; 0 if it is a count. */
  public int percentage() {
    return percent ? number : 0;
  }

  /** Reads portions. */
  public static final class Argument implements ITypeConverter<Portion> {
    @Override
    public Portion convert(String text) {
      boolean percent = text.endsWith("%");
      try {
        int number = Integer.parseInt(percent ? text.substring(0, text.length() - 1) : text);
        if (number >= 0 && (!percent || (number >= 1 && number <= 100))) {
          return new Portion(number, percent);
        }
      } catch (NumberFormatException e) {
        // Told below.
      }
      throw new TypeConversionException("\"" + text + "\" is neither a count nor 1% to 100%");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

/** How a piece of text stands out where colours are shown. */
public enum Style {
  /** As it is. */
  PLAIN(""),
  /** A head line. */
  STRONG("1"),
  /** What matters less. */
  FAINT("2"),
  /** It went well. */
  GOOD("32"),
  /** It goes on. */
  ACTIVE("36"),
  /** It did not run, or someone should look. */
  WARNING("33"),
  /** It went wrong, or nobody knows. */
  BAD("31");

  private final String code;

  Style(String code) {
    this.code = code;
  }

  /** Returns the text in this style; as it is where {@code colours} is false. */
  public String apply(String text, boolean colours) {
    return colours && !code.isEmpty() && !text.isEmpty()
        ? "\u001b[" + code + "m" + text + "\u001b[0m"
        : text;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.wire.Limits;

/**
 * The form of an action's name: 1 to 128 characters of {@code a-z}, {@code 0-9}, {@code .}, {@code
 * _} and {@code -}, first and last a letter or digit.
 */
public final class ActionName {
  private ActionName() {}

  /** Tells whether a text has the form. */
  public static boolean isValid(String text) {
    return !text.isEmpty()
        && text.length() <= Limits.ACTION_NAME_CHARS
        && isAlphanumeric(text.charAt(0))
        && isAlphanumeric(text.charAt(text.length() - 1))
        && text.chars().allMatch(c -> isAlphanumeric(c) || c == '.' || c == '_' || c == '-');
  }

  private static boolean isAlphanumeric(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }
}

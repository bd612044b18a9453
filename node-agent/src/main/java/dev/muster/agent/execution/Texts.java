// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.wire.Limits;

/** Keeps texts within what the wire takes. */
final class Texts {
  static final int PROGRESS_CHARS = 256;

  private Texts() {}

  static String sentence(String text) {
    return cut(text, Limits.ERROR_TEXT_CHARS);
  }

  static String cut(String text, int chars) {
    if (text.length() <= chars) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(chars - 2)) ? chars - 2 : chars - 1;
    return text.substring(0, end) + "…";
  }
}

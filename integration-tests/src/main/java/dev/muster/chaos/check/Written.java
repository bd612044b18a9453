// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.util.Optional;

/**
 * What a hook says that it wrote to its standard output.
 *
 * @param invocation for which
 * @param bytes how many
 * @param sha256 of all of them, in hexadecimal
 */
public record Written(String invocation, long bytes, String sha256) {
  private static final int FIELDS = 5;
  private static final int DIGEST_CHARS = 64;

  /** Returns what a line says; empty where it tells of something else, or its end was cut off. */
  public static Optional<Written> parse(String line) {
    String[] words = line.split(" ", -1);
    if (words.length != FIELDS || !words[0].equals("wrote") || words[4].length() != DIGEST_CHARS) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Written(words[1], Long.parseLong(words[3]), words[4]));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}

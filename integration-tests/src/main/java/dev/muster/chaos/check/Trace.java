// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.util.Optional;

/**
 * A line that a hook wrote about what it really did.
 *
 * @param node on which
 * @param kind what it did
 * @param invocation for which
 * @param attempt which run of it, from 1
 * @param pid its process
 * @param uptime seconds since the machine started: a time that no clock setting changes
 */
public record Trace(
    String node, Kind kind, String invocation, int attempt, long pid, double uptime) {
  private static final int FIELDS = 5;

  /** What a hook did. */
  public enum Kind {
    /** Its first act. */
    START,
    /** Another of its group was alive. */
    OVERLAP,
    /** Its last act. */
    END
  }

  /** Returns what a line says; empty where its end was cut off. */
  public static Optional<Trace> parse(String node, String line) {
    String[] words = line.split(" ", -1);
    if (words.length != FIELDS) {
      return Optional.empty();
    }
    try {
      Kind kind =
          switch (words[0]) {
            case "start" -> Kind.START;
            case "overlap" -> Kind.OVERLAP;
            case "end" -> Kind.END;
            default -> throw new NumberFormatException(words[0]);
          };
      return Optional.of(
          new Trace(
              node,
              kind,
              words[1],
              Integer.parseInt(words[2]),
              Long.parseLong(words[3]),
              Double.parseDouble(words[4])));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.catalog;

import dev.muster.wire.Sha256;
import java.util.Comparator;

/**
 * One form of an action, and who offers it.
 *
 * @param action the declaration
 * @param nodes how many nodes offer exactly this
 * @param online how many of them are connected
 * @param position where it stands in a list
 */
public record ActionOffer(Action action, int nodes, int online, Position position) {
  /**
   * Where an offer stands in a list: by name, then the most offered first.
   *
   * @param name name of the action
   * @param nodes how many nodes offer it
   * @param digest digest of the declaration
   */
  public record Position(String name, int nodes, Sha256 digest) implements Comparable<Position> {
    private static final Comparator<Position> ORDER =
        Comparator.comparing(Position::name)
            .thenComparing(Comparator.comparingInt(Position::nodes).reversed())
            .thenComparing(position -> position.digest().toString());

    @Override
    public int compareTo(Position other) {
      return ORDER.compare(this, other);
    }
  }
}

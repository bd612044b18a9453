// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.page;

import java.util.List;
import java.util.function.Function;

/**
 * Part of a list.
 *
 * @param items its entries, in order
 * @param more whether the list goes on behind the last of them
 * @param <T> what is listed
 */
public record Page<T>(List<T> items, boolean more) {
  /** Copies the entries. */
  public Page {
    items = List.copyOf(items);
  }

  /**
   * Returns the page of at most {@code size} entries, given those and one more, if there is one.
   */
  public static <T> Page<T> cut(List<T> items, int size) {
    return items.size() > size
        ? new Page<>(items.subList(0, size), true)
        : new Page<>(items, false);
  }

  /** Returns this page with each entry turned into another. */
  public <R> Page<R> map(Function<? super T, ? extends R> turn) {
    return new Page<>(items.stream().<R>map(turn).toList(), more);
  }
}

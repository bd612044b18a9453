// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.verb;

import dev.muster.wire.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a paged list has given.
 *
 * @param items the items, in the server's order
 * @param complete whether there are no more
 */
public record Pages<T>(List<T> items, boolean complete) {
  public Pages {
    items = List.copyOf(items);
  }

  /** Asks for one page. */
  @FunctionalInterface
  public interface Fetch<R> {
    R page(int pageSize, String pageToken);
  }

  /**
   * Reads pages until there are no more, or there are enough.
   *
   * @param limit how many items are enough; 0: all
   */
  public static <R, T> Pages<T> read(
      int limit, Fetch<R> fetch, Function<R, List<T>> items, Function<R, String> nextPageToken) {
    int enough = limit == 0 ? Integer.MAX_VALUE : limit;
    List<T> read = new ArrayList<>();
    String token = "";
    do {
      R page = fetch.page(Math.min(Limits.MAX_PAGE_SIZE, enough - read.size()), token);
      read.addAll(items.apply(page));
      token = nextPageToken.apply(page);
    } while (!token.isEmpty() && read.size() < enough);
    return new Pages<>(read, token.isEmpty());
  }
}

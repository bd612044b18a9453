// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.util.List;

/**
 * Large output, as it was written and as it was kept.
 *
 * @param written what hooks say that they wrote
 * @param kept what the server returned, of every settled run that wrote anything
 */
public record Outputs(List<Written> written, List<Kept> kept) {
  /** None at all. */
  public static final Outputs NONE = new Outputs(List.of(), List.of());

  /** Copies the lists. */
  public Outputs {
    written = List.copyOf(written);
    kept = List.copyOf(kept);
  }
}

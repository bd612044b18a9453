// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;

/** Parses selectors for use cases: what is malformed becomes a refusal that tells where. */
public final class Selectors {
  private Selectors() {}

  /**
   * Parses a selector.
   *
   * @throws BusException MALFORMED_SELECTOR with the offset of the first bad character
   */
  public static LabelSelector parse(String text) {
    try {
      return LabelSelector.parse(text);
    } catch (MalformedSelectorException e) {
      throw BusException.of(ErrorReason.MALFORMED_SELECTOR)
          .message("The selector is malformed at offset " + e.offset() + ": " + e.getMessage())
          .with("offset", e.offset())
          .build();
    }
  }

  /**
   * Parses a selector; an empty text chooses everything.
   *
   * @throws BusException MALFORMED_SELECTOR with the offset of the first bad character
   */
  public static LabelSelector parseOrEverything(String text) {
    return text.isEmpty() ? LabelSelector.everything() : parse(text);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.util.List;

/**
 * What operators did beside dispatching.
 *
 * @param operated looks, pauses and resumes
 * @param retried retries
 */
public record Deeds(List<Operated> operated, List<Retried> retried) {
  /** Nothing. */
  public static final Deeds NONE = new Deeds(List.of(), List.of());

  /** Copies the lists. */
  public Deeds {
    operated = List.copyOf(operated);
    retried = List.copyOf(retried);
  }
}

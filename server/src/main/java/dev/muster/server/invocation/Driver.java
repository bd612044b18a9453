// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import java.util.Locale;

/** Who drove a transition. */
public enum Driver {
  /** The dispatch that made the invocation. */
  DISPATCH,
  /** The courier. */
  COURIER,
  /** The node, by a report. */
  NODE,
  /** What the node's journal said at session start. */
  RECONCILE,
  /** A deadline. */
  CLOCK,
  /** An operator. */
  OPERATOR,
  /** A gate on release. */
  GATE,
  /** The prepare barrier. */
  BARRIER,
  /** The revocation of the node. */
  REVOCATION;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** Returns the word for histories and audit rows. */
  public String word() {
    return word;
  }
}

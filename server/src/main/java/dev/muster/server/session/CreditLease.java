// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import java.util.ArrayList;
import java.util.List;

/**
 * Credit that a ledger entry has taken and that goes back if the entry does not commit. Because an
 * entry may run again, it begins with {@link #begin}. Used by the ledger's thread, then by its
 * delivery thread.
 */
public final class CreditLease {
  private final List<NodeSession> taken = new ArrayList<>();

  /** Starts anew: what an earlier run took goes back. */
  public void begin() {
    giveBack();
  }

  /** Takes credit of a session for a new invocation. */
  public boolean tryTake(NodeSession session) {
    return remember(session, session.credit().tryTake());
  }

  /** Takes credit of a session for one that has waited. */
  public boolean tryTakeForBacklog(NodeSession session) {
    return remember(session, session.credit().tryTakeForBacklog());
  }

  private boolean remember(NodeSession session, boolean got) {
    if (got) {
      taken.add(session);
    }
    return got;
  }

  /**
   * Gives all back without waking the courier: it is the courier's own, who comes again by itself,
   * but not at once.
   */
  public void giveBackQuietly() {
    for (NodeSession session : taken) {
      var unused = session.credit().giveBack(false);
    }
    taken.clear();
  }

  /** Gives all back: the entry did not commit. */
  public void giveBack() {
    for (NodeSession session : taken) {
      session.giveBack();
    }
    taken.clear();
  }
}

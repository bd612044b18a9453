// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import java.util.Set;

/** What the table says to an event. */
public sealed interface Decision {
  /** The state changes. */
  record Applied(InvocationState from, InvocationState to) implements Decision {}

  /** Kept in the history as evidence; the state stays. */
  record Noted(InvocationState state) implements Decision {}

  /** The same report again: nothing changes. */
  record Repeated(InvocationState state) implements Decision {}

  /** Not legal here; it would have been in {@code legalFrom}. */
  record Refused(InvocationState state, Set<InvocationState> legalFrom) implements Decision {
    /** Copies the set. */
    public Refused {
      legalFrom = Set.copyOf(legalFrom);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decided change of one invocation: what it was, what it becomes, and the evidence. Committed by
 * compare-and-set on the state and epoch of {@code before}.
 *
 * @param before as the decision saw it
 * @param after as it becomes
 * @param evidence new lines of the history, oldest first; never empty
 * @param result what the run came to, where this change brings it
 */
public record InvocationChange(
    Invocation before, Invocation after, List<HistoryEntry> evidence, @Nullable Result result) {
  /** Copies the evidence. */
  public InvocationChange {
    evidence = List.copyOf(evidence);
    if (evidence.isEmpty()) {
      throw new IllegalArgumentException("a change without evidence: " + before.id());
    }
  }

  /** Returns whether this settles what had not settled, or heals LOST. */
  public boolean settles() {
    return after.state().isSettled() && before.state() != after.state();
  }
}

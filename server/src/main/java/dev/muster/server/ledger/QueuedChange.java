// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import dev.muster.server.invocation.InvocationChange;

/** A decided change of one invocation, which is written with others in one go. */
final class QueuedChange extends Queued<Boolean> {
  private final InvocationChange change;
  private boolean hit;

  QueuedChange(InvocationChange change) {
    this.change = change;
  }

  InvocationChange change() {
    return change;
  }

  /** Notes whether its row was as the decision saw it. */
  void written(boolean hit) {
    this.hit = hit;
  }

  @Override
  int weight() {
    return 1;
  }

  @Override
  void complete() {
    future().complete(hit);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.execution;

import dev.muster.wire.Limits;
import java.time.Instant;

/**
 * How the nodes of one execution get ready. All its reservations lapse at one moment, so that no
 * row needs one of its own.
 *
 * @param policy as it was asked for
 * @param deadline when the barrier has to stand, and until when nodes get ready
 */
public record Preparation(PreparePolicy policy, Instant deadline) {
  /** No PREPARE. */
  public static final Preparation NONE = new Preparation(PreparePolicy.NONE, Instant.EPOCH);

  /** Returns whether nodes are asked to get ready at all. */
  public boolean isAsked() {
    return policy.mode() != PrepareMode.NONE;
  }

  /** Returns whether all wait for a quorum. */
  public boolean isBarrier() {
    return policy.mode() == PrepareMode.BARRIER;
  }

  /** Returns whether no node gets ready any more. */
  public boolean isOver(Instant now) {
    return !now.isBefore(deadline);
  }

  /** Returns until when a node keeps room for what it is ready for. */
  public Instant reservedUntil() {
    return deadline.plus(Limits.RESERVATION_SLACK);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.node.NodeId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of readiness when sessions begin and end. Readiness lives in the memory of an agent
 * and is worth something only to a session that lives: one that begins takes over what its Hello
 * lists, and all else waits again.
 */
final class Reservations {
  private Reservations() {}

  /**
   * Decides, at the start of a session, on an invocation that the server holds as PREPARING or
   * PREPARED. Pure. An answer that was on its way is lost with its stream, so PREPARING waits
   * again.
   *
   * @return empty where this session has taken it over already
   */
  static Optional<InvocationChange> judge(
      Invocation held, ServerMoves moves, long epoch, Set<InvocationId> listed, Instant now) {
    if (held.epoch() == epoch) {
      return Optional.empty();
    }
    boolean prepared = held.state() == InvocationState.PREPARED;
    if (prepared && listed.contains(held.id())) {
      return Optional.of(moves.resume(held, epoch, now));
    }
    return moves.unready(
        held, Driver.RECONCILE, prepared ? "RESERVATION_GONE" : "SESSION_ENDED", now);
  }

  /** Lets wait again what a session that has ended got ready. On the ledger's thread. */
  static void sessionEnded(LedgerTransaction tx, ServerMoves moves, NodeId node, long epoch) {
    for (Invocation held : tx.store().invocations().holdingSlots(node)) {
      if (held.state().isReserved() && held.epoch() == epoch) {
        moves.unready(held, Driver.COURIER, "SESSION_ENDED", tx.now()).ifPresent(tx::change);
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.delivery;

import dev.muster.server.execution.RequestedBy;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.LedgerTransaction;
import dev.muster.server.node.Node;
import dev.muster.server.node.RevocationListener;

/**
 * Settles what a revoked node had to do: what waited did not run, of what it had nobody can tell.
 */
public final class InvocationRevocation implements RevocationListener {
  // Above what the limit of live executions lets wait for one node.
  private static final int ROWS = 100_000;

  private final ServerMoves moves;

  /** Makes the revocation of one replica. */
  public InvocationRevocation(ServerMoves moves) {
    this.moves = moves;
  }

  @Override
  public void settle(LedgerTransaction tx, Node node, RequestedBy by) {
    for (Invocation invocation : tx.store().invocations().unsettled(node.id(), ROWS)) {
      moves
          .settle(
              invocation,
              InvocationEvent.NODE_REVOKED,
              Driver.REVOCATION,
              "NODE_REVOKED",
              "The node was revoked by " + by.operatorName() + ".",
              tx.now())
          .ifPresent(tx::change);
    }
  }
}

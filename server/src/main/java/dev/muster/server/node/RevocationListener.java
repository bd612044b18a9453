// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.node;

import dev.muster.server.execution.RequestedBy;
import dev.muster.server.ledger.LedgerTransaction;

/** Takes part in the commit that revokes a node. */
@FunctionalInterface
public interface RevocationListener {
  /** Settles what a node had to do: called once per revocation, on the ledger's thread. */
  void settle(LedgerTransaction tx, Node node, RequestedBy by);
}

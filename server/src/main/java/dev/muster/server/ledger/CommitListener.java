// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

/**
 * Hears of commits once they are durable, in their order, on the ledger's delivery thread. Must not
 * block.
 */
@FunctionalInterface
public interface CommitListener {
  /** Called once per commit that touched executions or invocations. */
  void onCommit(Commit commit);
}

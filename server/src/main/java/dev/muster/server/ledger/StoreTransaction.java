// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.ledger;

import dev.muster.server.access.OperatorStore;
import dev.muster.server.audit.AuditStore;
import dev.muster.server.catalog.CatalogStore;
import dev.muster.server.execution.ExecutionStore;
import dev.muster.server.execution.PauseStore;
import dev.muster.server.execution.RolloutStore;
import dev.muster.server.invocation.InvocationStore;
import dev.muster.server.node.JoinTokenStore;
import dev.muster.server.node.NodeKeyStore;
import dev.muster.server.node.NodeStore;
import dev.muster.server.output.OutputStore;
import dev.muster.server.request.RequestStore;

/**
 * One transaction of the store: all of its parts see and write the same. Not thread-safe; worth
 * nothing once it has ended.
 */
public interface StoreTransaction {
  /** Returns the invocations. */
  InvocationStore invocations();

  /** Returns the executions. */
  ExecutionStore executions();

  /** Returns the rollouts. */
  RolloutStore rollouts();

  /** Returns the pauses. */
  PauseStore pauses();

  /** Returns the nodes. */
  NodeStore nodes();

  /** Returns the keys of nodes. */
  NodeKeyStore nodeKeys();

  /** Returns the join tokens. */
  JoinTokenStore joinTokens();

  /** Returns the operators. */
  OperatorStore operators();

  /** Returns the catalogs. */
  CatalogStore catalogs();

  /** Returns what is stored of runs' output. */
  OutputStore outputs();

  /** Returns the recognised requests. */
  RequestStore requests();

  /** Returns the audit log. */
  AuditStore audit();

  /** Marks a point to which {@link #rollbackTo} goes back. Points nest. */
  Savepoint savepoint();

  /** Undoes what was written since the point, and removes it. */
  void rollbackTo(Savepoint point);

  /** Removes a point; what was written since stays. */
  void release(Savepoint point);

  /** A point in a transaction. */
  interface Savepoint {}
}

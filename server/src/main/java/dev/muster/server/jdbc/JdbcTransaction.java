// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.access.OperatorStore;
import dev.muster.server.audit.AuditStore;
import dev.muster.server.catalog.CatalogStore;
import dev.muster.server.execution.ExecutionStore;
import dev.muster.server.execution.PauseStore;
import dev.muster.server.execution.RolloutStore;
import dev.muster.server.invocation.InvocationStore;
import dev.muster.server.ledger.StoreTransaction;
import dev.muster.server.node.JoinTokenStore;
import dev.muster.server.node.NodeKeyStore;
import dev.muster.server.node.NodeStore;
import dev.muster.server.output.OutputStore;
import dev.muster.server.request.RequestStore;

/** One transaction on one connection. */
final class JdbcTransaction implements StoreTransaction {
  private final Statements statements;
  private int points;

  JdbcTransaction(Statements statements) {
    this.statements = statements;
  }

  @Override
  public InvocationStore invocations() {
    return new JdbcInvocationStore(statements);
  }

  @Override
  public ExecutionStore executions() {
    return new JdbcExecutionStore(statements);
  }

  @Override
  public RolloutStore rollouts() {
    return new JdbcRolloutStore(statements);
  }

  @Override
  public PauseStore pauses() {
    return new JdbcPauseStore(statements);
  }

  @Override
  public NodeStore nodes() {
    return new JdbcNodeStore(statements);
  }

  @Override
  public NodeKeyStore nodeKeys() {
    return new JdbcNodeKeyStore(statements);
  }

  @Override
  public JoinTokenStore joinTokens() {
    return new JdbcJoinTokenStore(statements);
  }

  @Override
  public OperatorStore operators() {
    return new JdbcOperatorStore(statements);
  }

  @Override
  public CatalogStore catalogs() {
    return new JdbcCatalogStore(statements);
  }

  @Override
  public OutputStore outputs() {
    return new JdbcOutputStore(statements);
  }

  @Override
  public RequestStore requests() {
    return new JdbcRequestStore(statements);
  }

  @Override
  public AuditStore audit() {
    return new JdbcAuditStore(statements);
  }

  @Override
  public Savepoint savepoint() {
    // Named by depth, so that the statements are few and stay prepared.
    Point point = new Point(points);
    statements.run("SAVEPOINT " + point.name());
    points++;
    return point;
  }

  @Override
  public void rollbackTo(Savepoint point) {
    Point mine = open(point);
    statements.run("ROLLBACK TO " + mine.name());
    release(mine);
  }

  @Override
  public void release(Savepoint point) {
    Point mine = open(point);
    statements.run("RELEASE " + mine.name());
    points = mine.depth();
  }

  /** Returns what runs its statements. */
  Statements statements() {
    return statements;
  }

  private Point open(Savepoint point) {
    if (!(point instanceof Point mine) || mine.depth() >= points) {
      throw new IllegalArgumentException("not an open point of this transaction: " + point);
    }
    return mine;
  }

  /** A point by how many are open below it. */
  private record Point(int depth) implements Savepoint {
    String name() {
      return "p" + depth;
    }
  }
}

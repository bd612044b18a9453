// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection with every statement that it ever prepared. Transactions are begun and ended by
 * statements, never by the driver. Not thread-safe.
 */
final class StoreConnection {
  private static final Logger log = LoggerFactory.getLogger(StoreConnection.class);

  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  /** Takes a connection in auto-commit mode, and owns it from then on. */
  StoreConnection(Connection connection) {
    this.connection = connection;
  }

  /** Returns the statement of this text; texts are constants, so their number is small. */
  PreparedStatement prepare(String sql) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    return statement;
  }

  /** Runs a statement without parameters. */
  void run(String sql) throws SQLException {
    try {
      prepare(sql).execute();
    } catch (SQLException e) {
      forget(sql);
      throw e;
    }
  }

  /** Drops a statement that failed: the driver may have closed it, or not. */
  void forget(String sql) {
    PreparedStatement statement = prepared.remove(sql);
    if (statement != null) {
      try {
        statement.close();
      } catch (SQLException e) {
        log.debug("cannot close a statement", e);
      }
    }
  }

  /** Undoes the transaction, if there is one still; returns whether the connection is usable. */
  boolean tryRollback() {
    try {
      run("ROLLBACK");
      return true;
    } catch (SQLException e) {
      log.debug("nothing to roll back, or no way to", e);
    }
    try {
      // A database that is full rolls back by itself: then there is no transaction, and one can be
      // begun.
      run("BEGIN");
      run("ROLLBACK");
      return true;
    } catch (SQLException e) {
      log.debug("cannot roll back", e);
      return false;
    }
  }

  /** Closes the connection, whatever its state. */
  void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      log.debug("cannot close a connection", e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The lock of whoever writes to an SQLite file, held by another program: commits wait for it.
 * Closing lets it go. Used by one thread.
 */
final class StoreLock implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 2_000;

  private final Connection connection;

  private StoreLock(Connection connection) {
    this.connection = connection;
  }

  /** Takes the lock of a database as soon as its program lets it go. */
  static StoreLock take(Path database) {
    try {
      Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = " + PATIENCE_MILLIS);
        statement.execute("BEGIN IMMEDIATE");
        return new StoreLock(connection);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new ChaosFailedException(database + " cannot be locked", e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close(); // Nothing was written; the transaction goes with its connection.
    } catch (SQLException e) {
      throw new ChaosFailedException("a lock of the store cannot be let go", e);
    }
  }
}

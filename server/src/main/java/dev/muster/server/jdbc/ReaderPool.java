// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.ledger.StoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The connections that read: a bounded number, opened when first needed, the one used last taken
 * first. Who finds all of them taken waits for a bounded time. Thread-safe.
 */
final class ReaderPool {
  private final SqliteDatabase database;
  private final Duration wait;
  private final Semaphore permits;
  private final ConcurrentLinkedDeque<StoreConnection> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed; // Written once, by close.

  ReaderPool(SqliteDatabase database, int readers, Duration wait) {
    this.database = database;
    this.wait = wait;
    this.permits = new Semaphore(readers, true);
  }

  /**
   * Lends a connection; the borrower gives it back or discards it.
   *
   * @throws StoreException if none is free in time, or none can be opened
   */
  StoreConnection borrow() {
    awaitPermit();
    try {
      StoreConnection connection = idle.pollFirst();
      return connection == null ? database.openReader() : connection;
    } catch (SQLException e) {
      permits.release();
      throw new StoreException("The store cannot be opened.", e, false);
    }
  }

  /** Takes a connection back that is as good as new. */
  void giveBack(StoreConnection connection) {
    idle.addFirst(connection);
    if (closed) {
      closeIdle();
    }
    permits.release();
  }

  /** Takes a connection back that is not to be used again. */
  void discard(StoreConnection connection) {
    connection.close();
    permits.release();
  }

  /** Closes what is idle, and what is in use when it comes back. */
  void close() {
    closed = true;
    closeIdle();
  }

  private void awaitPermit() {
    boolean admitted;
    try {
      admitted = permits.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("Interrupted while waiting for the store.", e, false);
    }
    if (!admitted) {
      throw new StoreException(
          "The store is busy: no connection became free within " + wait.toMillis() + " ms.",
          new SQLException("all readers are in use"),
          false);
    }
    if (closed) {
      permits.release();
      throw new StoreException("The store is closed.", new SQLException("closed"), false);
    }
  }

  private void closeIdle() {
    StoreConnection connection = idle.pollFirst();
    while (connection != null) {
      connection.close();
      connection = idle.pollFirst();
    }
  }
}

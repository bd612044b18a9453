// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the write-ahead log into the database beside the writer, on a thread and a connection of
 * its own: left to the writer, the whole copy with its syncs would fall into one commit, and every
 * caller of that moment would wait for it.
 *
 * <p>Under steady load the copy never catches up by itself, and only a log that is copied whole
 * starts anew. So once the log is long, the writer is asked to copy what is left, which is little
 * then. Should this thread fail, SQLite's own checkpoint in the commit bounds the log.
 */
final class Checkpointer implements AutoCloseable {
  /**
   * Uncopied pages from which a copy is worth its syncs: 32 MiB. A page is written many times
   * before.
   */
  private static final int COPY_PAGES = 4_000;

  /** Pages from which the log is to start anew: 96 MiB. */
  private static final int LONG_LOG_PAGES = 12_000;

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  /** Tells of the log and does nothing. */
  static final String LOOK = "PRAGMA wal_checkpoint(NOOP)";

  /** Waits for nobody, and makes nobody wait. */
  private static final String COPY = "PRAGMA wal_checkpoint(PASSIVE)";

  private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);

  private final SqliteDatabase database;
  private final int copyPages;
  private final int longLogPages;
  private final Thread thread = new Thread(this::run, "muster-checkpoint");
  private volatile boolean closed; // written by close()
  private volatile boolean finishAsked; // set by this thread, reset by the writer
  private final AtomicLong commits = new AtomicLong();
  private @Nullable StoreConnection connection; // this thread's

  /**
   * Where the log stands.
   *
   * @param pages how long it is
   * @param copied how much of it is in the database
   */
  record Log(int pages, int copied) {
    int left() {
      return pages - copied;
    }
  }

  Checkpointer(SqliteDatabase database) {
    this(database, COPY_PAGES, LONG_LOG_PAGES);
  }

  Checkpointer(SqliteDatabase database, int copyPages, int longLogPages) {
    this.database = database;
    this.copyPages = copyPages;
    this.longLogPages = longLogPages;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Called by the writer after each commit, outside of any transaction. */
  void committed(StoreConnection writer) {
    commits.incrementAndGet();
    if (finishAsked) {
      try {
        var unused = checkpoint(writer, COPY);
      } catch (SQLException e) {
        log.warn("the log could not be copied into the database; it will be tried again", e);
      }
      finishAsked = false;
    }
  }

  private void run() {
    long seen = 0;
    while (!closed) {
      LockSupport.parkNanos(this, LOOK_EVERY.toNanos());
      long now = commits.get();
      if (now != seen && !finishAsked) {
        seen = now;
        look();
      }
    }
    drop();
  }

  private void look() {
    try {
      StoreConnection open = connection();
      Log before = checkpoint(open, LOOK);
      if (before.left() < copyPages) {
        return;
      }
      Log after = checkpoint(open, COPY);
      finishAsked = after.pages() >= longLogPages;
    } catch (SQLException e) {
      log.warn("the log could not be copied into the database; it will be tried again", e);
      drop();
    }
  }

  static Log checkpoint(StoreConnection connection, String how) throws SQLException {
    PreparedStatement statement = connection.prepare(how);
    try (ResultSet row = statement.executeQuery()) {
      return row.next() ? new Log(row.getInt(2), row.getInt(3)) : new Log(0, 0);
    } catch (SQLException e) {
      connection.forget(how);
      throw e;
    }
  }

  private StoreConnection connection() throws SQLException {
    StoreConnection open = connection;
    if (open == null) {
      open = database.openCheckpointer();
      connection = open;
    }
    return open;
  }

  private void drop() {
    StoreConnection open = connection;
    connection = null;
    if (open != null) {
      open.close();
    }
  }

  /** Returns when the thread has stopped and its connection is closed. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

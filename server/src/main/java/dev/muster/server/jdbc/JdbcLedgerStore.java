// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.ledger.StoreTransaction;
import java.io.IOException;
import java.sql.SQLException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store in one SQLite file. One connection writes, for the ledger's thread alone, which also
 * asks for {@link #lastBatch}; a few others read, for any thread; one copies the log into the
 * database beside them.
 *
 * <p>A connection that failed is replaced at its next use, so the store works again as soon as the
 * database does.
 */
public final class JdbcLedgerStore implements LedgerStore {
  private static final Logger log = LoggerFactory.getLogger(JdbcLedgerStore.class);

  private static final String RECORD_BATCH =
      """
      INSERT INTO ledger_batch (replica, batch)
      VALUES (?, ?)
      ON CONFLICT (replica) DO UPDATE SET batch = excluded.batch
      """;

  private static final String LAST_BATCH =
      """
      SELECT batch
      FROM ledger_batch
      WHERE replica = ?
      """;

  /** Changes no number, and is a write all the same. */
  private static final String TOUCH_BATCH =
      """
      INSERT INTO ledger_batch (replica, batch)
      VALUES (?, 0)
      ON CONFLICT (replica) DO UPDATE SET batch = ledger_batch.batch
      """;

  private final SqliteDatabase database;
  private final Dialect dialect;
  private final String replica;
  private final ReaderPool readers;
  private final Checkpointer checkpointer;

  /** Null before the first use and after a failure. Used by the ledger's thread only. */
  private @Nullable StoreConnection writer;

  private boolean closed;

  private JdbcLedgerStore(SqliteDatabase database, SqliteSettings settings, String replica) {
    this.database = database;
    this.dialect = Dialect.SQLITE;
    this.replica = replica;
    this.readers = new ReaderPool(database, settings.readers(), settings.readWait());
    this.checkpointer = new Checkpointer(database);
  }

  /**
   * Opens the store and brings it to the schema of this version.
   *
   * @param replica names this server, for good
   * @throws StoreException if it cannot be opened, is in use by another server, or is of a newer
   *     version; the message is for the operator
   */
  public static JdbcLedgerStore open(SqliteSettings settings, String replica) {
    SqliteDatabase database = take(settings);
    try {
      Migrations.run(database.dataSource(), Dialect.SQLITE);
      JdbcLedgerStore store = new JdbcLedgerStore(database, settings, replica);
      store.checkpointer.start();
      return store;
    } catch (FlywayException e) {
      letGo(database);
      throw new StoreException(
          "Cannot bring " + settings.file() + " to this version: " + e.getMessage(), e, false);
    }
  }

  private static SqliteDatabase take(SqliteSettings settings) {
    try {
      return SqliteDatabase.open(settings);
    } catch (IOException e) {
      throw new StoreException("Cannot open the store: " + e.getMessage(), e, false);
    }
  }

  private static void letGo(SqliteDatabase database) {
    try {
      database.close();
    } catch (IOException e) {
      log.debug("cannot close the lock file", e);
    }
  }

  @Override
  public void write(long batch, Consumer<StoreTransaction> body) {
    StoreConnection connection = writer();
    Statements statements = new Statements(connection, dialect);
    try {
      statements.run(dialect.beginWrite());
      body.accept(new JdbcTransaction(statements));
      statements.update(RECORD_BATCH, params -> params.text(replica).number(batch));
    } catch (Throwable e) {
      undo(connection, statements);
      throw e;
    } finally {
      statements.end();
    }
    commit(connection);
  }

  @Override
  public long lastBatch() {
    StoreConnection connection = writer();
    Statements statements = new Statements(connection, dialect);
    long batch;
    try {
      statements.run(dialect.beginWrite());
      // A commit of ours that failed may lie in the log unconfirmed, and count after a crash.
      // Another commit in its place settles it.
      statements.update(TOUCH_BATCH, params -> params.text(replica));
      batch =
          statements.find(LAST_BATCH, params -> params.text(replica), Row::longNumber).orElse(0L);
    } catch (Throwable e) {
      undo(connection, statements);
      throw e;
    } finally {
      statements.end();
    }
    commit(connection);
    return batch;
  }

  @Override
  public <R> R read(Function<StoreTransaction, R> body) {
    StoreConnection connection = readers.borrow();
    Statements statements = new Statements(connection, dialect);
    try {
      statements.run(dialect.beginRead());
      R answer = body.apply(new JdbcTransaction(statements));
      statements.throwFailure();
      return answer;
    } finally {
      statements.end();
      if (connection.tryRollback() && statements.sparedConnection()) {
        readers.giveBack(connection);
      } else {
        readers.discard(connection);
      }
    }
  }

  /**
   * Closes all connections; those that read, when they are done. Called when the ledger's thread
   * has stopped.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    readers.close();
    checkpointer.close();
    dropWriter();
    letGo(database);
  }

  private StoreConnection writer() {
    if (closed) {
      throw new StoreException("The store is closed.", new SQLException("closed"), false);
    }
    StoreConnection connection = writer;
    if (connection == null) {
      try {
        connection = database.openWriter();
      } catch (SQLException e) {
        throw new StoreException(
            "The store cannot be opened: " + dialect.explain(e) + ".", e, false);
      }
      writer = connection;
    }
    return connection;
  }

  private void undo(StoreConnection connection, Statements statements) {
    if (!connection.tryRollback() || !statements.sparedConnection()) {
      dropWriter();
    }
  }

  private void commit(StoreConnection connection) {
    try {
      connection.run("COMMIT");
    } catch (SQLException e) {
      connection.tryRollback();
      dropWriter();
      throw new StoreException(
          "The store failed in a commit: " + dialect.explain(e) + ".", e, true);
    }
    checkpointer.committed(connection);
  }

  private void dropWriter() {
    StoreConnection connection = writer;
    writer = null;
    if (connection != null) {
      connection.close();
    }
  }
}

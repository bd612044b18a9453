// SPDX-License-Identifier: Apache-2.0
package dev.muster.benchmarks;

import dev.muster.server.jdbc.SqliteSettings;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.sqlite.SQLiteConfig;

/**
 * Plain JDBC over a database that a ledger has made: its schema, its durability and its very rows,
 * with new ids; one connection, three statements, values that are ready to be bound, and none of
 * the server's code. Without the rows of executions, of which a commit has one or two.
 */
final class RawStore implements AutoCloseable {
  private static final String ADDED =
      """
      id, execution_id, node_id, ordinal, state, taken, revision, epoch, journal_id, started,
      still_running, cancel_requested, reason, message, create_time, release_time, start_deadline,
      report_deadline, settle_time, due_time, history""";

  private static final String CHANGED =
      """
      state, taken, revision, epoch, journal_id, started, still_running, reason, message,
      release_time, start_deadline, report_deadline, settle_time, due_time, history, result""";

  private static final String AUDITED =
      """
      execution_id, invocation_id, time, verb, operator_id, operator_name, surface, correlation_id,
      project_id, node_id, action, denied, details""";

  private static final int CACHE_KIB = -65_536;
  private static final int CHECKPOINT_PAGES = 32_000;

  private final LedgerBed bed;
  private final Connection connection;
  private final List<Object[]> added;
  private final List<Object[]> changed;
  private final List<Object[]> audited;
  private final PreparedStatement insert;
  private final PreparedStatement update;
  private final PreparedStatement audit;

  private RawStore(LedgerBed bed, Connection connection) throws SQLException {
    this.bed = bed;
    this.connection = connection;
    var dispatched = bed.dispatch();
    this.added = rows("SELECT " + ADDED + " FROM invocation ORDER BY ordinal");
    bed.changeAtOnce(LedgerBed.decide(dispatched));
    this.changed = rows("SELECT " + CHANGED + " FROM invocation ORDER BY ordinal");
    this.audited = rows("SELECT " + AUDITED + " FROM audit WHERE verb = 'invocation.transition'");
    this.insert = connection.prepareStatement(insertInto("invocation", ADDED));
    this.update =
        connection.prepareStatement(
            "UPDATE invocation SET "
                + CHANGED.replace(",", " = ?,")
                + " = ? WHERE id = ? AND state = 'DISPATCHED' AND epoch = "
                + Samples.EPOCH);
    this.audit = connection.prepareStatement(insertInto("audit", AUDITED));
    connection.setAutoCommit(false);
  }

  static RawStore open() {
    LedgerBed bed = LedgerBed.open();
    try {
      RawStore store = new RawStore(bed, connect(bed));
      bed.stop();
      return store;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Connection connect(LedgerBed bed) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    config.setCacheSize(CACHE_KIB);
    config.setWalAutocheckpoint(CHECKPOINT_PAGES);
    config.setGetGeneratedKeys(false);
    return config.createConnection("jdbc:sqlite:" + SqliteSettings.in(bed.folder()).file());
  }

  /** Commits a thousand invocations and returns their ids. */
  List<byte[]> insert() throws SQLException {
    byte[] execution = newId();
    List<byte[]> ids = new ArrayList<>(added.size());
    for (Object[] row : added) {
      byte[] id = newId();
      ids.add(id);
      bind(insert, row);
      insert.setBytes(1, id);
      insert.setBytes(2, execution);
      insert.addBatch();
    }
    insert.executeBatch();
    connection.commit();
    return ids;
  }

  /** Commits the final change of these invocations, each with its audit row. */
  int change(List<byte[]> ids) throws SQLException {
    for (int i = 0; i < ids.size(); i++) {
      Object[] row = changed.get(i);
      bind(update, row);
      update.setBytes(row.length + 1, ids.get(i));
      update.addBatch();
    }
    int hits = 0;
    for (int count : update.executeBatch()) {
      hits += count;
    }
    for (int i = 0; i < ids.size(); i++) {
      bind(audit, audited.get(i));
      audit.setBytes(2, ids.get(i));
      audit.addBatch();
    }
    audit.executeBatch();
    connection.commit();
    if (hits != ids.size()) {
      throw new IllegalStateException(ids.size() - hits + " changes missed");
    }
    return hits;
  }

  private List<Object[]> rows(String query) throws SQLException {
    List<Object[]> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        Object[] row = new Object[columns];
        for (int i = 0; i < columns; i++) {
          row[i] = result.getObject(i + 1);
        }
        rows.add(row);
      }
    }
    return rows;
  }

  private static void bind(PreparedStatement statement, Object[] row) throws SQLException {
    for (int i = 0; i < row.length; i++) {
      statement.setObject(i + 1, row[i]);
    }
  }

  private static String insertInto(String table, String columns) {
    int count = columns.split(",", -1).length;
    return "INSERT INTO %s (%s) VALUES (%s)"
        .formatted(table, columns, String.join(", ", Collections.nCopies(count, "?")));
  }

  private static byte[] newId() {
    UUID id = Samples.id();
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } finally {
      bed.close();
    }
  }
}

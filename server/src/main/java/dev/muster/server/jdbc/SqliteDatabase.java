// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteOpenMode;

/**
 * One SQLite file, held by one server: a lock beside it keeps a second one out, which SQLite itself
 * would let in.
 *
 * <p>A commit is on disk when it returns: write-ahead log, {@code synchronous=FULL}. Readers see
 * the last commit before they began and never wait for the writer.
 */
final class SqliteDatabase implements AutoCloseable {
  /** A fifth less work per invocation than with the usual 4 KiB. */
  private static final int PAGE_BYTES = 8_192;

  /** Of the writer: negative, so in KiB. What it changes stays in memory between commits. */
  private static final int WRITER_CACHE_KIB = -65_536;

  private static final int READER_CACHE_KIB = -8_192;

  /**
   * Pages in the log after which a commit copies them into the database: 256 MiB. Only where the
   * {@link Checkpointer} does not come to it.
   */
  private static final int CHECKPOINT_PAGES = 32_000;

  /**
   * What the log shrinks to once it was copied, so that one great burst does not keep the disk for
   * ever.
   */
  private static final int LOG_BYTES = 256 << 20;

  private final SqliteSettings settings;
  private final FileChannel lockFile;

  private SqliteDatabase(SqliteSettings settings, FileChannel lockFile) {
    this.settings = settings;
    this.lockFile = lockFile;
  }

  /**
   * Takes the file for this process, and makes it if there is none.
   *
   * @throws IOException if the lock cannot be had, or the file cannot be made
   */
  static SqliteDatabase open(SqliteSettings settings) throws IOException {
    Path file = settings.file();
    Path lockPath = file.resolveSibling(file.getFileName() + ".lock");
    FileChannel lockFile =
        FileChannel.open(lockPath, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(lockFile) == null) {
      lockFile.close();
      throw new IOException(
          "Another server uses "
              + file
              + ". Stop it, or give this one a data directory of its own.");
    }
    SqliteDatabase database = new SqliteDatabase(settings, lockFile);
    try {
      database.makeFile();
    } catch (SQLException e) {
      lockFile.close();
      throw new IOException("cannot make " + file, e);
    }
    return database;
  }

  private static @Nullable FileLock tryLock(FileChannel lockFile) throws IOException {
    try {
      return lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // Held by this process already.
    } catch (IOException e) {
      lockFile.close();
      throw e;
    }
  }

  /** Returns a source of plain connections, for the migrations. */
  SQLiteDataSource dataSource() {
    return source(config());
  }

  StoreConnection openWriter() throws SQLException {
    SQLiteConfig config = config();
    config.setCacheSize(WRITER_CACHE_KIB);
    config.setWalAutocheckpoint(CHECKPOINT_PAGES);
    config.setJournalSizeLimit(LOG_BYTES);
    return new StoreConnection(source(config).getConnection());
  }

  StoreConnection openCheckpointer() throws SQLException {
    SQLiteConfig config = config();
    config.setWalAutocheckpoint(0);
    config.setJournalSizeLimit(LOG_BYTES);
    return new StoreConnection(source(config).getConnection());
  }

  StoreConnection openReader() throws SQLException {
    SQLiteConfig config = config();
    config.setCacheSize(READER_CACHE_KIB);
    StoreConnection reader = new StoreConnection(source(config).getConnection());
    reader.run("PRAGMA query_only = ON");
    return reader;
  }

  /** Lets the file go. All connections are closed before. */
  @Override
  public void close() throws IOException {
    lockFile.close(); // The lock file stays: removing it could take it from a server that has just
    // locked it.
  }

  /** Fixes the size of pages, which nothing changes once there is a log. */
  private void makeFile() throws IOException, SQLException {
    Path file = settings.file();
    if (Files.exists(file) && Files.size(file) > 0) {
      return;
    }
    try (Connection connection = source(new SQLiteConfig()).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA page_size = " + PAGE_BYTES);
      statement.execute("VACUUM"); // Writes the first page.
    }
  }

  private SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setOpenMode(SQLiteOpenMode.NOMUTEX); // One thread at a time uses a connection.
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    config.setBusyTimeout(Math.toIntExact(settings.busyTimeout().toMillis()));
    config.setGetGeneratedKeys(false);
    return config;
  }

  private SQLiteDataSource source(SQLiteConfig config) {
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + settings.file());
    return source;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a store in an SQLite file is opened.
 *
 * @param file the database; made where there is none, beside it its log and its lock
 * @param readers most transactions that read at once
 * @param readWait how long a read waits for its turn
 * @param busyTimeout how long a transaction waits for another program that holds the file
 */
public record SqliteSettings(Path file, int readers, Duration readWait, Duration busyTimeout) {
  /** Name of the database in a data directory. */
  public static final String FILE = "muster.db";

  private static final int READERS = 4;
  private static final Duration READ_WAIT = Duration.ofSeconds(5);
  private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(5);

  /** Checks the bounds. */
  public SqliteSettings {
    if (readers < 1) {
      throw new IllegalArgumentException("a store has at least one reader, not " + readers);
    }
  }

  /** Returns the usual settings of the database in a data directory. */
  public static SqliteSettings in(Path dataDirectory) {
    return new SqliteSettings(dataDirectory.resolve(FILE), READERS, READ_WAIT, BUSY_TIMEOUT);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On logs that SQLite itself has written. */
final class WriteAheadLogTest {
  @TempDir private Path directory;

  @Test
  void lastCommit_endsWhereTheFileEnds_andRubbishBehindItDoesNotCount() throws Exception {
    Path log = logOfCommits(5);
    long whole = Files.size(log);

    assertThat(WriteAheadLog.committedEnd(log)).isEqualTo(whole);

    byte[] rubbish = new byte[5_000];
    new Random(1).nextBytes(rubbish);
    Files.write(log, rubbish, StandardOpenOption.APPEND);
    assertThat(WriteAheadLog.committedEnd(log)).isEqualTo(whole);
  }

  @Test
  void lastCommit_thatIsDamaged_doesNotCount() throws Exception {
    Path log = logOfCommits(5);
    byte[] bytes = Files.readAllBytes(log);
    bytes[bytes.length - 1] ^= 1;
    Files.write(log, bytes);

    assertThat(WriteAheadLog.committedEnd(log)).isPositive().isLessThan(bytes.length);
  }

  @Test
  void noLog_hasNoCommit() throws IOException {
    assertThat(WriteAheadLog.committedEnd(directory.resolve("none"))).isZero();
    assertThat(WriteAheadLog.committedEnd(Files.write(directory.resolve("short"), new byte[9])))
        .isZero();
  }

  @Test
  void tearing_neverTakesACommit() throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      Path log = logOfCommits(4);

      WriteAheadLog.tear(log, new Chance(seed, "test"));

      assertThat(rows(log)).as("seed %d", seed).isEqualTo(4);
    }
  }

  /** Makes a database, and a copy of its files as a power cut would leave them. */
  private Path logOfCommits(int commits) throws SQLException, IOException {
    Path file = Files.createTempFile(directory, "live", ".db");
    Path copy = Files.createTempFile(directory, "copy", ".db");
    Path log = copy.resolveSibling(copy.getFileName() + "-wal");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("CREATE TABLE t (x TEXT)");
      for (int i = 0; i < commits; i++) {
        statement.execute("INSERT INTO t VALUES (hex(randomblob(3000)))");
      }
      Files.write(copy, Files.readAllBytes(file));
      Files.write(log, Files.readAllBytes(file.resolveSibling(file.getFileName() + "-wal")));
    }
    return log;
  }

  private static int rows(Path log) throws SQLException {
    String database = log.toString().replace("-wal", "");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM t")) {
      return count.getInt(1);
    }
  }
}

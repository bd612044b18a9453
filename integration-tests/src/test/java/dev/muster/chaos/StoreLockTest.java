// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreLockTest {
  @TempDir private Path folder;

  @Test
  void nobodyElseWrites_untilItIsLetGo() throws SQLException {
    Path database = folder.resolve("some.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA busy_timeout = 0");
      statement.execute("CREATE TABLE row (id INTEGER)");

      StoreLock lock = StoreLock.take(database);
      assertThatThrownBy(() -> statement.execute("INSERT INTO row VALUES (1)"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("BUSY");
      lock.close();

      assertThat(statement.executeUpdate("INSERT INTO row VALUES (1)")).isEqualTo(1);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointerTest {
  private static final int COPY_PAGES = 20;
  private static final int LONG_LOG_PAGES = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void underSteadyWriting_theLogIsCopiedAndStartsAnew() throws Exception {
    try (SqliteDatabase database = SqliteDatabase.open(SqliteSettings.in(folder))) {
      StoreConnection writer = database.openWriter();
      writer.run("CREATE TABLE filler (bytes BLOB)");
      try (Checkpointer checkpointer = new Checkpointer(database, COPY_PAGES, LONG_LOG_PAGES)) {
        checkpointer.start();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int longest = 0;
        boolean startedAnew = false;
        while (!startedAnew && System.nanoTime() < deadline) {
          writer.run("INSERT INTO filler VALUES (zeroblob(8192))");
          checkpointer.committed(writer);
          int pages = Checkpointer.checkpoint(writer, Checkpointer.LOOK).pages();
          startedAnew = longest >= LONG_LOG_PAGES && pages < longest;
          longest = Math.max(longest, pages);
        }
        assertThat(startedAnew).as("the log, %s pages long, started anew", longest).isTrue();
      } finally {
        writer.close();
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.muster.server.audit.AuditRecord;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.ledger.StoreTransaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store in an SQLite file when the disk, another program or a crash is against it. */
@Timeout(60)
final class SqliteFaultsTest {
  private static final int RECORDS_PER_BATCH = 20;

  @TempDir Path directory;

  private JdbcLedgerStore store;

  @BeforeEach
  void openStore() {
    store = open(directory);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void open_ofAFileInUse_saysWhatToDo() {
    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("Another server uses " + directory.resolve("muster.db"));
  }

  @Test
  void open_ofAnythingButADatabase_fails() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    Files.writeString(other.resolve("muster.db"), "this is no database, however long".repeat(99));

    assertThatThrownBy(() -> open(other)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> open(other))
        .as("the lock was let go")
        .hasMessageNotContaining("Another server");
  }

  @Test
  void open_inNoDirectory_fails() {
    assertThatThrownBy(() -> open(directory.resolve("missing")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("missing");
  }

  @Test
  void open_makesAFileThatIsDurable_withLargePages() {
    assertThat(setting("page_size")).isEqualTo("8192");
    assertThat(setting("journal_mode")).isEqualTo("wal");
    assertThat(setting("synchronous")).isEqualTo("2");
  }

  @Test
  void open_ofANewerSchema_fails() throws SQLException {
    store.close();
    try (Connection other = connect(directory);
        Statement statement = other.createStatement()) {
      statement.execute(
          """
          INSERT INTO schema_history (installed_rank, version, description, type, script, checksum,
            installed_by, execution_time, success)
          VALUES (99, '99', 'of tomorrow', 'SQL', 'V99__of_tomorrow.sql', 1, '', 1, 1)
          """);
    }

    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("99");

    delete("DELETE FROM schema_history WHERE version = '99'");
    store = open(directory);
  }

  @Test
  void diskFull_failsTheWrite_andIsOverOnceThereIsSpace() {
    store.write(1, tx -> append(tx, 1));
    setMaxPages(pages());

    StoreException failure =
        catchThrowableOfType(
            StoreException.class,
            () -> store.write(2, tx -> IntStream.range(0, 999).forEach(i -> append(tx, 2))));

    assertThat(failure.isInDoubt()).isFalse();
    assertThat(failure).hasMessageContaining("disk is full");
    assertThat(batchesIn(store)).containsExactly(1);
    assertThatThrownBy(
            () -> store.write(2, tx -> IntStream.range(0, 999).forEach(i -> append(tx, 2))))
        .isInstanceOf(StoreException.class);

    setMaxPages(1_000_000);
    store.write(2, tx -> IntStream.range(0, 999).forEach(i -> append(tx, 2)));
    assertThat(batchesIn(store)).containsExactly(1, 2);
    assertThat(store.lastBatch()).isEqualTo(2);
  }

  @Test
  void write_thatSwallowsAFailure_isNotCommitted() {
    setMaxPages(pages());

    assertThatThrownBy(
            () ->
                store.write(
                    2,
                    tx -> {
                      try {
                        IntStream.range(0, 999).forEach(i -> append(tx, 2));
                      } catch (StoreException e) {
                        assertThatThrownBy(() -> append(tx, 3)).isInstanceOf(StoreException.class);
                      }
                    }))
        .isInstanceOf(StoreException.class);

    assertThat(batchesIn(store)).isEmpty();
  }

  @Test
  void lockedFile_failsTheWriteInBoundedTime_readsGoOn() throws SQLException {
    store.write(1, tx -> append(tx, 1));
    try (Connection other = connect(directory);
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");

      StoreException failure =
          catchThrowableOfType(StoreException.class, () -> store.write(2, tx -> append(tx, 2)));

      assertThat(failure.isInDoubt()).isFalse();
      assertThat(failure).hasMessageContaining("another program");
      assertThat(batchesIn(store)).containsExactly(1);
      statement.execute("ROLLBACK");
    }

    store.write(2, tx -> append(tx, 2));
    assertThat(batchesIn(store)).containsExactly(1, 2);
  }

  @Test
  void commitThatFails_isInDoubt_untilItIsReadBack() {
    store.write(1, tx -> append(tx, 1));

    StoreException failure =
        catchThrowableOfType(
            StoreException.class,
            () ->
                store.write(
                    2,
                    tx -> {
                      append(tx, 2);
                      // Checked by the commit alone: the only commit that can be made to fail.
                      run(tx, "PRAGMA defer_foreign_keys = ON");
                      run(
                          tx,
                          "INSERT INTO project (project_id, domain_id) VALUES ('p', 'nowhere')");
                    }));

    assertThat(failure.isInDoubt()).isTrue();
    assertThat(store.lastBatch()).isEqualTo(1);
    assertThat(batchesIn(store)).containsExactly(1);
    store.write(2, tx -> append(tx, 2));
    assertThat(batchesIn(store)).containsExactly(1, 2);
  }

  @Test
  void brokenWriter_isReplaced() {
    store.write(1, tx -> append(tx, 1));

    assertThatThrownBy(() -> store.write(2, tx -> run(tx, "SELECT nothing FROM nowhere")))
        .isInstanceOf(StoreException.class);

    store.write(2, tx -> append(tx, 2));
    assertThat(batchesIn(store)).containsExactly(1, 2);
  }

  @Test
  void read_waitsInBoundedTime() {
    assertThatThrownBy(
            () -> store.read(first -> store.read(second -> store.<Integer>read(third -> 0))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("busy");

    assertThat(batchesIn(store)).isEmpty();
  }

  @Test
  void closedStore_says_so() {
    store.close();

    assertThatThrownBy(() -> store.write(1, tx -> {})).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> batchesIn(store)).isInstanceOf(StoreException.class);
  }

  @Test
  void abruptStop_inTheMiddleOfABatch_leavesTheCommittedOnes() {
    Path copy = directory.resolve("copy");
    for (int batch = 1; batch <= 5; batch++) {
      writeBatch(batch);
    }

    store.write(
        6,
        tx -> {
          append(tx, 6);
          copyFiles(copy);
        });

    try (JdbcLedgerStore survivor = open(copy)) {
      assertThat(survivor.lastBatch()).isEqualTo(5);
      assertThat(batchesIn(survivor)).containsExactly(1, 2, 3, 4, 5);
      survivor.write(6, tx -> append(tx, 6));
      assertThat(batchesIn(survivor)).contains(6);
    }
  }

  @Test
  void tornLog_leavesWholeBatches() throws IOException {
    for (int batch = 1; batch <= 12; batch++) {
      writeBatch(batch);
    }
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Path copy = directory.resolve("copy");

    for (int round = 0; round < 8; round++) {
      copyFiles(copy);
      Path log = copy.resolve("muster.db-wal");
      tear(log, (long) (random.nextDouble() * Files.size(log)), random);

      try (JdbcLedgerStore survivor = open(copy)) {
        int last = Math.toIntExact(survivor.lastBatch());
        assertThat(batchesIn(survivor))
            .as("seed %d round %d", seed, round)
            .containsExactlyElementsOf(IntStream.rangeClosed(1, last).boxed().toList());
        assertThat(survivor.<Integer>read(tx -> tx.audit().after(0, 1_000).size()))
            .isEqualTo(last * RECORDS_PER_BATCH);
      }
      Files.delete(log.resolveSibling("muster.db"));
    }
  }

  private void writeBatch(int batch) {
    store.write(
        batch,
        tx -> {
          for (int i = 0; i < RECORDS_PER_BATCH; i++) {
            append(tx, batch);
          }
        });
  }

  /** Cuts the file, or leaves rubbish behind the cut, as a disk that lost a write does. */
  private static void tear(Path file, long at, Random random) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (random.nextBoolean()) {
        channel.truncate(at);
        return;
      }
      byte[] rubbish = new byte[10_000];
      random.nextBytes(rubbish);
      channel.write(ByteBuffer.wrap(rubbish), at);
    }
  }

  private void copyFiles(Path to) {
    try {
      Files.createDirectories(to);
      for (String name : List.of("muster.db", "muster.db-wal")) {
        Files.write(to.resolve(name), Files.readAllBytes(directory.resolve(name)));
      }
      Files.deleteIfExists(to.resolve("muster.db-shm"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JdbcLedgerStore open(Path directory) {
    return JdbcLedgerStore.open(
        new SqliteSettings(
            directory.resolve("muster.db"), 2, Duration.ofMillis(20), Duration.ofMillis(50)),
        "replica-1");
  }

  private static Connection connect(Path directory) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("muster.db"));
  }

  private void delete(String sql) throws SQLException {
    try (Connection other = connect(directory);
        Statement statement = other.createStatement()) {
      statement.execute(sql);
    }
  }

  private void setMaxPages(int pages) {
    store.write(
        store.lastBatch(),
        tx ->
            statements(tx)
                .find("PRAGMA max_page_count = " + pages, Statements.Binding.NONE, Row::number));
  }

  private int pages() {
    return store.read(
        tx ->
            statements(tx)
                .find("PRAGMA page_count", Statements.Binding.NONE, Row::number)
                .orElseThrow());
  }

  private String setting(String name) {
    AtomicReference<String> value = new AtomicReference<>("");
    store.write(
        1,
        tx ->
            statements(tx)
                .find("PRAGMA " + name, Statements.Binding.NONE, Row::text)
                .ifPresent(value::set));
    return Objects.requireNonNull(value.get());
  }

  private static void run(StoreTransaction tx, String sql) {
    statements(tx).run(sql);
  }

  private static Statements statements(StoreTransaction tx) {
    return ((JdbcTransaction) tx).statements();
  }

  private static void append(StoreTransaction tx, int batch) {
    tx.audit()
        .append(
            List.of(
                new AuditRecord(
                    Samples.NOW,
                    "test",
                    null,
                    "default",
                    null,
                    null,
                    null,
                    String.valueOf(batch),
                    null,
                    "x".repeat(200))));
  }

  /** Returns which batches have left something in the store, in order. */
  private static List<Integer> batchesIn(JdbcLedgerStore store) {
    return store.read(tx -> tx.audit().after(0, 10_000)).stream()
        .map(numbered -> Integer.valueOf(numbered.record().action()))
        .distinct()
        .toList();
  }
}

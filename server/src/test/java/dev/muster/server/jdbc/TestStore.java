// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.ledger.LedgerStore;
import dev.muster.server.ledger.StoreTransaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A fresh store in a directory of its own, which goes when it is closed. As a JUnit extension
 * ({@code @RegisterExtension}) a new one for each test; otherwise from {@link #open} to {@link
 * #close}.
 */
public final class TestStore implements LedgerStore, BeforeEachCallback, AfterEachCallback {
  /** Name of the replica that the store belongs to. */
  public static final String REPLICA = "replica-1";

  private static final Path MEMORY = Path.of("/dev/shm");
  private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

  private @Nullable Path directory;
  private @Nullable JdbcLedgerStore store;
  private long batch;

  /** Returns a store that is open. */
  public static TestStore open() {
    TestStore store = new TestStore();
    store.begin();
    return store;
  }

  /**
   * Returns a store that is open, whose files are in memory where the system offers that: the same
   * store, without the waiting for a disk.
   */
  public static TestStore openInMemory() {
    TestStore store = new TestStore();
    store.begin(Files.isWritable(MEMORY) ? MEMORY : TEMPORARY);
    return store;
  }

  /** Returns the store itself. */
  public JdbcLedgerStore store() {
    return opened(store);
  }

  /** Returns the directory that it is in. */
  public Path directory() {
    return opened(directory);
  }

  /** Returns the settings that it is opened with. */
  public SqliteSettings settings() {
    return new SqliteSettings(
        directory().resolve(SqliteSettings.FILE), 4, Duration.ofSeconds(5), Duration.ofSeconds(5));
  }

  /** Closes the store and opens it again, as a server that starts again does. */
  public void reopen() {
    store().close();
    store = JdbcLedgerStore.open(settings(), REPLICA);
  }

  /** Commits what the body writes. */
  public void write(Consumer<StoreTransaction> body) {
    write(batch + 1, body);
  }

  /** Commits what the body writes, and returns what it returns. */
  public <R> R writing(Function<StoreTransaction, R> body) {
    Answer<R> answer = new Answer<>();
    write(tx -> answer.value = body.apply(tx));
    return answer.value;
  }

  @Override
  public void write(long batch, Consumer<StoreTransaction> body) {
    this.batch = batch;
    store().write(batch, body);
  }

  @Override
  public long lastBatch() {
    return store().lastBatch();
  }

  @Override
  public <R> R read(Function<StoreTransaction, R> body) {
    return store().read(body);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    begin();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close();
  }

  @Override
  public void close() {
    store().close();
    try (Stream<Path> files = Files.walk(directory())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void begin() {
    begin(TEMPORARY);
  }

  private void begin(Path parent) {
    try {
      directory = Files.createTempDirectory(parent, "muster-store");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    store = JdbcLedgerStore.open(settings(), REPLICA);
    batch = 0;
  }

  private static <T> T opened(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the store is not open");
    }
    return part;
  }

  /** What a body returned. */
  private static final class Answer<R> {
    @SuppressWarnings("NullAway.Init") // Set by the body, which runs once.
    private R value;
  }
}

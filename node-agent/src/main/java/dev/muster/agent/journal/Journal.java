// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import dev.muster.agent.durable.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the node must not forget across a crash: each invocation in a small file of its own, the
 * newest epoch, and the ids that must never run again.
 *
 * <ul>
 *   <li>Every change is on disk when its method returns: the file is written beside, synced,
 *       renamed, and its directory synced.
 *   <li>An id is in the spent log before its file goes, so it is always in one or the other.
 *   <li>A file that cannot be read is set aside in {@code quarantine} and stands as a run of which
 *       nobody knows the end; it is never dropped in silence.
 *   <li>The journal has an id of its own, born with its directory: what is not in a journal of this
 *       id never was.
 * </ul>
 *
 * <p>Methods throw {@link IOException} when the disk does not take a change; then the change has
 * not happened here, and may or may not be found after a crash. Thread-safe.
 */
public final class Journal {
  /**
   * The reason with which an entry tells that the agent died in the run and cannot know its end.
   */
  public static final String DIED_IN_RUN = "AGENT_DIED_IN_RUN";

  private static final Logger log = LoggerFactory.getLogger(Journal.class);
  private static final String ROOT = "";
  private static final String ENTRIES = "invocations";
  private static final String SPENT = "spent";
  private static final String QUARANTINE = "quarantine";
  private static final String SUFFIX = ".inv";
  private static final Duration UNTOLD_EXPIRY = Duration.ofDays(7);

  private final Object lock = new Object();
  private final DurableFiles files;
  private final JournalLimits limits;
  private final ByteString id;

  @GuardedBy("lock") private final SpentLog spent;

  @GuardedBy("lock") private final Map<InvocationId, JournalEntry> entries = new LinkedHashMap<>();

  @GuardedBy("lock") private final Map<InvocationId, Integer> sizes = new HashMap<>();

  @GuardedBy("lock") private long bytes;

  @GuardedBy("lock") private long lastEpoch;

  @GuardedBy("lock") private long nextOrdinal = 1;

  @GuardedBy("lock") private long generation;

  private Journal(
      DurableFiles files, JournalLimits limits, ByteString id, long lastEpoch, SpentLog spent) {
    this.files = files;
    this.limits = limits;
    this.id = id;
    this.lastEpoch = lastEpoch;
    this.spent = spent;
  }

  /**
   * Opens the journal of a directory, making it if there is none.
   *
   * @param now the wall clock's time, for files whose own times cannot be read
   * @throws IOException if the directory cannot be read or written
   */
  public static Journal open(
      DurableFiles files, JournalLimits limits, SecureRandom random, Instant now)
      throws IOException {
    files.createDirectory(ROOT);
    files.createDirectory(ENTRIES);
    files.createDirectory(QUARANTINE);
    SpentLog spent = SpentLog.open(files, SPENT, limits.spentIds());
    Journal journal =
        new Journal(
            files, limits, JournalIdFile.readOrMake(files, random), EpochFile.read(files), spent);
    journal.load(now);
    return journal;
  }

  /** Returns the id that was born with the directory, 16 bytes. */
  public ByteString id() {
    return id;
  }

  /**
   * Returns what the journal holds for a stream that begins, and refuses writes of older streams
   * from now on.
   */
  public JournalSnapshot beginStream() {
    synchronized (lock) {
      generation++;
      return new JournalSnapshot(generation, lastEpoch, sorted());
    }
  }

  /** Returns all entries, oldest first. */
  public List<JournalEntry> entries() {
    synchronized (lock) {
      return sorted();
    }
  }

  /** Returns the order number for the next new entry. */
  public long nextOrdinal() {
    synchronized (lock) {
      return nextOrdinal++;
    }
  }

  /**
   * Stores the epoch of a session.
   *
   * @return whether the stream is still the newest; if not, nothing was stored
   */
  public boolean confirmEpoch(long generation, long epoch) throws IOException {
    synchronized (lock) {
      if (generation != this.generation) {
        return false;
      }
      EpochFile.write(files, epoch);
      lastEpoch = epoch;
      return true;
    }
  }

  /** Writes a new invocation down, unless there is a reason not to. */
  public Acceptance accept(long generation, JournalEntry entry) throws IOException {
    synchronized (lock) {
      Acceptance refused = check(generation, entry.id());
      if (refused != Acceptance.ACCEPTED) {
        return refused;
      }
      store(entry);
      return Acceptance.ACCEPTED;
    }
  }

  /** Tells what {@link #accept} would, without writing. */
  public Acceptance check(long generation, InvocationId invocation) {
    synchronized (lock) {
      if (generation != this.generation) {
        return Acceptance.STALE;
      }
      if (entries.containsKey(invocation)) {
        return Acceptance.KNOWN;
      }
      if (spent.contains(invocation)) {
        return Acceptance.SPENT;
      }
      boolean full = entries.size() >= limits.entries() || bytes >= limits.bytes();
      return full || spent.isFull() ? Acceptance.FULL : Acceptance.ACCEPTED;
    }
  }

  /**
   * Writes how far an invocation has come.
   *
   * @throws IllegalStateException if the journal does not hold it
   */
  public void update(JournalEntry entry) throws IOException {
    synchronized (lock) {
      if (!entries.containsKey(entry.id())) {
        throw new IllegalStateException("Invocation " + entry.id() + " is not in the journal.");
      }
      store(entry);
    }
  }

  /**
   * Lets invocations give way to their ids in the spent log. Those that are not here are passed
   * over.
   *
   * @return whether the stream is still the newest; if not, nothing was changed
   */
  public boolean forget(long generation, Collection<InvocationId> settled) throws IOException {
    synchronized (lock) {
      if (generation != this.generation) {
        return false;
      }
      forget(settled);
      return true;
    }
  }

  /** Lets invocations give way to their ids, whatever the stream: the server said so before. */
  public void forget(Collection<InvocationId> settled) throws IOException {
    synchronized (lock) {
      Map<InvocationId, Instant> ids = new HashMap<>();
      for (InvocationId invocation : settled) {
        JournalEntry entry = entries.get(invocation);
        if (entry != null) {
          ids.put(invocation, entry.expireTime());
        }
      }
      if (ids.isEmpty()) {
        return;
      }
      spent.addAll(ids);
      for (InvocationId invocation : ids.keySet()) {
        // Not synced: should the file come back, its id is spent, and loading takes it away.
        files.delete(ENTRIES + "/" + invocation + SUFFIX);
        remove(invocation);
      }
    }
  }

  /** Writes an id down that never had an entry, so that it never runs. */
  public void spend(InvocationId invocation, Instant expireTime) throws IOException {
    synchronized (lock) {
      spent.addAll(Map.of(invocation, expireTime));
    }
  }

  /** Drops spent ids whose time has passed by the server's clock. */
  public void prune(Instant serverTime) throws IOException {
    synchronized (lock) {
      spent.prune(serverTime);
    }
  }

  private void load(Instant now) throws IOException {
    synchronized (lock) {
      List<String> damaged = new ArrayList<>();
      for (String name : files.list(ENTRIES)) {
        if (name.endsWith(DurableFiles.TEMPORARY)) {
          files.delete(ENTRIES + "/" + name); // Never became valid.
        } else if (!tryLoad(name)) {
          damaged.add(name);
        }
      }
      for (JournalEntry entry : entries.values()) {
        nextOrdinal = Math.max(nextOrdinal, entry.ordinal() + 1);
      }
      for (String name : damaged) {
        quarantine(name, now);
      }
    }
  }

  @GuardedBy("lock") private boolean tryLoad(String name) throws IOException {
    String path = ENTRIES + "/" + name;
    try {
      byte[] file = readEntry(path);
      JournalEntry entry = EntryFormat.decode(file);
      if (!name.equals(entry.id() + SUFFIX)) {
        throw new CorruptEntryException("the file holds " + entry.id());
      }
      if (spent.contains(entry.id())) {
        files.delete(path);
      } else {
        put(entry, file.length);
      }
      return true;
    } catch (CorruptEntryException e) {
      log.error("{} of the journal is damaged: {}.", path, e.getMessage());
      return false;
    }
  }

  private byte[] readEntry(String path) throws CorruptEntryException {
    try {
      return files.read(path, EntryFormat.MAX_BYTES);
    } catch (IOException e) {
      throw new CorruptEntryException("it cannot be read: " + e.getMessage(), e);
    }
  }

  /** Sets a damaged file aside and puts in its place what is still known: a run without an end. */
  @GuardedBy("lock") private void quarantine(String name, Instant now) throws IOException {
    Optional<InvocationId> invocation =
        name.endsWith(SUFFIX)
            ? InvocationId.parse(name.substring(0, name.length() - SUFFIX.length()))
            : Optional.empty();
    if (invocation.isEmpty() || spent.contains(invocation.get())) {
      files.rename(ENTRIES + "/" + name, QUARANTINE + "/" + name);
      return;
    }
    byte[] damaged = readWhatThereIs(ENTRIES + "/" + name);
    files.replace(QUARANTINE, name, damaged);
    store(
        JournalEntry.ofDamagedFile(
            invocation.get(), nextOrdinal++, lastEpoch, now.plus(UNTOLD_EXPIRY)));
  }

  private byte[] readWhatThereIs(String path) throws IOException {
    try {
      return files.read(path, EntryFormat.MAX_BYTES);
    } catch (IOException e) {
      return e.getMessage() == null ? new byte[0] : e.getMessage().getBytes(StandardCharsets.UTF_8);
    }
  }

  @GuardedBy("lock") private void store(JournalEntry entry) throws IOException {
    byte[] file = EntryFormat.encode(entry);
    files.replace(ENTRIES, entry.id() + SUFFIX, file);
    put(entry, file.length);
  }

  @GuardedBy("lock") private void put(JournalEntry entry, int size) {
    remove(entry.id());
    entries.put(entry.id(), entry);
    sizes.put(entry.id(), size);
    bytes += size;
  }

  @GuardedBy("lock") private void remove(InvocationId invocation) {
    entries.remove(invocation);
    Integer size = sizes.remove(invocation);
    bytes -= size == null ? 0 : size;
  }

  @GuardedBy("lock") private List<JournalEntry> sorted() {
    return entries.values().stream()
        .sorted(Comparator.comparingLong(JournalEntry::ordinal))
        .toList();
  }
}

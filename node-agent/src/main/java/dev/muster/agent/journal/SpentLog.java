// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import dev.muster.agent.durable.DurableFiles;
import dev.muster.wire.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ids of invocations that are over here and must never run again. One append-only file per day
 * on which ids may be forgotten, named by that day; when the day has passed, by the server's clock,
 * the file goes. A record is the id and its CRC-32C, 20 bytes: a torn one at the end is cut off, a
 * damaged one in the middle is skipped. Not thread-safe: the journal calls it under its lock.
 */
final class SpentLog {
  private static final Logger log = LoggerFactory.getLogger(SpentLog.class);
  private static final int RECORD_BYTES = 20;
  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  private final DurableFiles files;
  private final String directory;
  private final int capacity;
  private final SortedMap<LocalDate, Day> days = new TreeMap<>();

  private SpentLog(DurableFiles files, String directory, int capacity) {
    this.files = files;
    this.directory = directory;
    this.capacity = capacity;
  }

  static SpentLog open(DurableFiles files, String directory, int capacity) throws IOException {
    files.createDirectory(directory);
    SpentLog spent = new SpentLog(files, directory, capacity);
    for (String name : files.list(directory)) {
      Optional<LocalDate> day = parse(name);
      if (day.isPresent()) {
        spent.load(name, day.get());
      } else {
        log.warn("{} in {} is not a file of the spent log.", name, directory);
      }
    }
    return spent;
  }

  boolean contains(InvocationId id) {
    for (Day day : days.values()) {
      if (day.ids.contains(id.value())) {
        return true;
      }
    }
    return false;
  }

  int size() {
    return days.values().stream().mapToInt(day -> day.ids.size()).sum();
  }

  boolean isFull() {
    return size() >= capacity;
  }

  /**
   * Writes ids down: durable when this returns.
   *
   * @param spent ids, and the ends of their executions
   */
  void addAll(Map<InvocationId, Instant> spent) throws IOException {
    Map<LocalDate, List<UUID>> byDay = new HashMap<>();
    spent.forEach(
        (id, expireTime) ->
            byDay.computeIfAbsent(day(expireTime), d -> new ArrayList<>()).add(id.value()));
    for (Map.Entry<LocalDate, List<UUID>> batch : byDay.entrySet()) {
      append(batch.getKey(), batch.getValue());
    }
  }

  /** Drops the days that have passed. */
  void prune(Instant serverTime) throws IOException {
    LocalDate today = LocalDate.ofInstant(serverTime, ZoneOffset.UTC);
    while (!days.isEmpty() && days.firstKey().isBefore(today)) {
      LocalDate day = days.firstKey();
      files.delete(directory + "/" + day);
      days.remove(day);
    }
  }

  private void append(LocalDate date, Collection<UUID> batch) throws IOException {
    Day day = days.computeIfAbsent(date, d -> new Day());
    String path = directory + "/" + date;
    if (day.torn) {
      files.truncate(path, day.length);
      day.torn = false;
    }
    ByteBuffer records = ByteBuffer.allocate(batch.size() * RECORD_BYTES);
    batch.forEach(id -> put(records, id));
    // Until it is known that all of it is there, part of it may be.
    day.torn = files.exists(path);
    files.appendSynced(path, records.array());
    if (day.length == 0) {
      files.syncDirectory(directory);
    }
    day.torn = false;
    day.length += records.capacity();
    batch.forEach(day.ids::add);
  }

  private void load(String name, LocalDate date) throws IOException {
    String path = directory + "/" + name;
    byte[] bytes = files.read(path, Integer.MAX_VALUE - 8);
    int torn = bytes.length % RECORD_BYTES;
    if (torn > 0) {
      log.warn("{} ends in the middle of a record; {} bytes are cut off.", path, torn);
      files.truncate(path, (long) bytes.length - torn);
    }
    Day day = new Day();
    day.length = (long) bytes.length - torn;
    int damaged = 0;
    ByteBuffer records = ByteBuffer.wrap(bytes, 0, bytes.length - torn);
    while (records.hasRemaining()) {
      UUID id = new UUID(records.getLong(), records.getLong());
      if (records.getInt() == checksum(id)) {
        day.ids.add(id);
      } else {
        damaged++;
      }
    }
    if (damaged > 0) {
      log.error("{} has {} damaged records; their ids are forgotten.", path, damaged);
    }
    days.put(date, day);
  }

  /** The last day on which the id must be known. */
  private static LocalDate day(Instant expireTime) {
    Instant end = expireTime.isBefore(LATEST) ? expireTime : LATEST;
    return LocalDate.ofInstant(end.plus(Limits.SPENT_KEPT), ZoneOffset.UTC);
  }

  private static Optional<LocalDate> parse(String name) {
    try {
      return Optional.of(LocalDate.parse(name));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static void put(ByteBuffer records, UUID id) {
    records.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    records.putInt(checksum(id));
  }

  private static int checksum(UUID id) {
    CRC32C crc = new CRC32C();
    crc.update(
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .flip());
    return (int) crc.getValue();
  }

  /** One file: its ids, and how much of it is whole records. */
  private static final class Day {
    final IdSet ids = new IdSet();
    long length;
    boolean torn;
  }
}

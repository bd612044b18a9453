// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of a result, its columns read one after the other. */
final class Row {
  private final ResultSet result;
  private int next = 1;

  Row(ResultSet result) {
    this.result = result;
  }

  /** Moves to the next row, if there is one. */
  boolean advance() throws SQLException {
    next = 1;
    return result.next();
  }

  UUID id() throws SQLException {
    return StoredIds.id(bytes());
  }

  @Nullable UUID nullableId() throws SQLException {
    byte[] bytes = nullableBytes();
    return bytes == null ? null : StoredIds.id(bytes);
  }

  byte[] bytes() throws SQLException {
    byte[] bytes = nullableBytes();
    return bytes == null ? new byte[0] : bytes;
  }

  byte @Nullable [] nullableBytes() throws SQLException {
    return result.getBytes(next++);
  }

  String text() throws SQLException {
    return Objects.requireNonNull(nullableText());
  }

  @Nullable String nullableText() throws SQLException {
    return result.getString(next++);
  }

  <E extends Enum<E>> E word(Class<E> type) throws SQLException {
    return Enum.valueOf(type, text());
  }

  <E extends Enum<E>> @Nullable E nullableWord(Class<E> type) throws SQLException {
    String word = nullableText();
    return word == null ? null : Enum.valueOf(type, word);
  }

  int number() throws SQLException {
    return result.getInt(next++);
  }

  long longNumber() throws SQLException {
    return result.getLong(next++);
  }

  boolean flag() throws SQLException {
    return number() != 0;
  }

  Instant time() throws SQLException {
    return StoredTimes.instant(longNumber());
  }

  @Nullable Instant nullableTime() throws SQLException {
    long micros = longNumber();
    return result.wasNull() ? null : StoredTimes.instant(micros);
  }

  Duration span() throws SQLException {
    return StoredTimes.duration(longNumber());
  }
}

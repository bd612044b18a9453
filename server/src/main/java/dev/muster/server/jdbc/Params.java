// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The parameters of a statement, set one after the other. */
final class Params {
  private final PreparedStatement statement;
  private int next = 1;

  Params(PreparedStatement statement) {
    this.statement = statement;
  }

  /** Begins anew at the first parameter. */
  Params rewind() {
    next = 1;
    return this;
  }

  Params id(@Nullable UUID id) throws SQLException {
    return bytes(id == null ? null : StoredIds.bytes(id));
  }

  Params bytes(byte @Nullable [] bytes) throws SQLException {
    statement.setBytes(next++, bytes);
    return this;
  }

  Params text(@Nullable String text) throws SQLException {
    statement.setString(next++, text);
    return this;
  }

  Params word(@Nullable Enum<?> constant) throws SQLException {
    return text(constant == null ? null : constant.name());
  }

  Params number(int number) throws SQLException {
    statement.setInt(next++, number);
    return this;
  }

  Params number(long number) throws SQLException {
    statement.setLong(next++, number);
    return this;
  }

  Params flag(boolean flag) throws SQLException {
    return number(flag ? 1 : 0);
  }

  Params time(@Nullable Instant time) throws SQLException {
    if (time == null) {
      statement.setObject(next++, null);
      return this;
    }
    return number(StoredTimes.micros(time));
  }

  Params span(Duration span) throws SQLException {
    return number(StoredTimes.micros(span));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import dev.muster.server.ledger.StoreException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the statements of one transaction. Once the store has failed, every further one fails the
 * same way: the database may have ended the transaction, and what came after would stand alone. Not
 * thread-safe.
 */
final class Statements {
  private final StoreConnection connection;
  private final Dialect dialect;
  private @Nullable SQLException failure;
  private boolean ended;

  Statements(StoreConnection connection, Dialect dialect) {
    this.connection = connection;
    this.dialect = dialect;
  }

  /** Runs an update and returns how many rows it touched. */
  int update(String sql, Binding binding) {
    try {
      PreparedStatement statement = prepare(sql);
      binding.bind(new Params(statement));
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** Runs an update once per item, in order, and returns how many rows each touched. */
  <T> int[] batch(String sql, List<T> items, ItemBinding<T> binding) {
    if (items.isEmpty()) {
      return new int[0];
    }
    try {
      PreparedStatement statement = prepare(sql);
      Params params = new Params(statement);
      try {
        for (T item : items) {
          binding.bind(params.rewind(), item);
          statement.addBatch();
        }
        return statement.executeBatch();
      } finally {
        statement.clearBatch();
      }
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** Returns what the only row stands for, if there is one. */
  <R> Optional<R> find(String sql, Binding binding, Mapping<R> mapping) {
    List<R> found = list(sql, binding, mapping);
    return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0));
  }

  /** Returns what the rows stand for. */
  <R> List<R> list(String sql, Binding binding, Mapping<R> mapping) {
    List<R> list = new ArrayList<>();
    forEach(sql, binding, mapping, list::add);
    return list;
  }

  /**
   * Hands over what the rows stand for, one by one. The consumer must not use the same statement.
   */
  <R> void forEach(String sql, Binding binding, Mapping<R> mapping, Consumer<R> consumer) {
    try {
      PreparedStatement statement = prepare(sql);
      binding.bind(new Params(statement));
      try (ResultSet result = statement.executeQuery()) {
        Row row = new Row(result);
        while (row.advance()) {
          consumer.accept(mapping.map(row));
        }
      }
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** Runs a statement without parameters. */
  void run(String sql) {
    try {
      prepare(sql).execute();
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** Refuses every further statement. */
  void end() {
    ended = true;
  }

  /** Throws what the transaction has failed by, if it has. */
  void throwFailure() {
    if (failure != null) {
      throw storeFailure(failure);
    }
  }

  /**
   * Returns whether the connection may be used for another transaction, once this one is rolled
   * back.
   */
  boolean sparedConnection() {
    return failure == null || dialect.sparesConnection(failure);
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    if (ended) {
      throw new IllegalStateException("the transaction has ended");
    }
    throwFailure();
    return connection.prepare(sql);
  }

  private RuntimeException failed(String sql, SQLException e) {
    connection.forget(sql);
    if (dialect.isConstraintViolation(e)) {
      return new IllegalStateException("a rule of the schema is broken", e);
    }
    failure = e;
    return storeFailure(e);
  }

  private StoreException storeFailure(SQLException e) {
    return new StoreException("The store failed: " + dialect.explain(e) + ".", e, false);
  }

  /** Sets the parameters of a statement. */
  @FunctionalInterface
  interface Binding {
    /** No parameters. */
    Binding NONE = params -> {};

    void bind(Params params) throws SQLException;
  }

  /** Sets the parameters of a statement for one of many items. */
  @FunctionalInterface
  interface ItemBinding<T> {
    void bind(Params params, T item) throws SQLException;
  }

  /** Turns a row into what it stands for. */
  @FunctionalInterface
  interface Mapping<R> {
    R map(Row row) throws SQLException;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/** What differs between the databases that the store runs on. */
enum Dialect {
  /** One file, one writer, any number of readers. */
  SQLITE {
    @Override
    String migrations() {
      return "classpath:db/migration/sqlite";
    }

    @Override
    String beginWrite() {
      // Takes the write lock at once: a transaction that first reads could not get it any more.
      return "BEGIN IMMEDIATE";
    }

    @Override
    String beginRead() {
      return "BEGIN DEFERRED";
    }

    @Override
    boolean isConstraintViolation(SQLException failure) {
      return failure.getErrorCode() == SQLiteErrorCode.SQLITE_CONSTRAINT.code;
    }

    @Override
    boolean sparesConnection(SQLException failure) {
      int code = failure.getErrorCode();
      return code == SQLiteErrorCode.SQLITE_BUSY.code
          || code == SQLiteErrorCode.SQLITE_LOCKED.code
          || code == SQLiteErrorCode.SQLITE_FULL.code;
    }

    @Override
    String explain(SQLException failure) {
      int code = failure.getErrorCode();
      if (code == SQLiteErrorCode.SQLITE_FULL.code) {
        return "the disk is full";
      }
      if (code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
        return "another program holds the database file";
      }
      if (code == SQLiteErrorCode.SQLITE_CORRUPT.code
          || code == SQLiteErrorCode.SQLITE_NOTADB.code) {
        return "the database file is damaged";
      }
      return "the database failed";
    }
  };

  /** Returns where the migrations are. */
  abstract String migrations();

  /** Returns the statement that begins a transaction which writes. */
  abstract String beginWrite();

  /** Returns the statement that begins a transaction which sees one state of the store. */
  abstract String beginRead();

  /** Returns whether a statement broke a rule of the schema: a fault of ours, not of the store. */
  abstract boolean isConstraintViolation(SQLException failure);

  /** Returns whether a connection is as good as new once its transaction is rolled back. */
  abstract boolean sparesConnection(SQLException failure);

  /** Returns a few words on what an operator should look after. */
  abstract String explain(SQLException failure);
}

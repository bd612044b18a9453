// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.jdbc;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings a database to the schema of this version: forward only. */
final class Migrations {
  private Migrations() {}

  /**
   * Runs what has not been run.
   *
   * @throws FlywayException if the database is of a newer version, or a migration fails
   */
  static void run(DataSource database, Dialect dialect) {
    Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(database)
        .locations(dialect.migrations())
        .table("schema_history")
        .cleanDisabled(true)
        // Also a version that this program does not know is a fault: by default it would be
        // ignored.
        .ignoreMigrationPatterns(new String[0])
        .load()
        .migrate();
  }
}

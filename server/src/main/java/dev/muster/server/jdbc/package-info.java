// SPDX-License-Identifier: Apache-2.0

/**
 * The store in a relational database: SQL beside the method that runs it, what differs between databases in one place. Start at
 * {@link dev.muster.server.jdbc.JdbcLedgerStore}.
 */
@NullMarked
package dev.muster.server.jdbc;

import org.jspecify.annotations.NullMarked;

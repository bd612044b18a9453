// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.audit;

import java.util.List;

/** The audit log in the store, inside one transaction: append-only. Not thread-safe. */
public interface AuditStore {
  /** Appends records in order. */
  void append(List<AuditRecord> records);

  /** Returns records after a position, oldest first. */
  List<Numbered> after(long sequence, int limit);

  /** A record and its position in the log, from 1. */
  record Numbered(long sequence, AuditRecord record) {}
}

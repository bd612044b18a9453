// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.util.HashMap;
import java.util.Map;

/**
 * The closed machine of an invocation, written a second time from the documentation: which state
 * follows which, and whether the node or the server says so.
 */
final class PathTable {
  /** Who may drive a move. */
  private enum Who {
    NODE,
    SERVER,
    BOTH
  }

  private static final String[][] ROWS = {
    {"NEW", "PENDING PREPARING DISPATCHED REJECTED", "SERVER"},
    {"PENDING", "PREPARING DISPATCHED REJECTED EXPIRED CANCELLED", "SERVER"},
    {"PREPARING", "PREPARED", "NODE"},
    {"PREPARING", "REJECTED", "BOTH"},
    {"PREPARING", "PENDING CANCELLED EXPIRED", "SERVER"},
    {"PREPARED", "REJECTED", "BOTH"},
    {"PREPARED", "DISPATCHED PENDING CANCELLED EXPIRED", "SERVER"},
    {"DISPATCHED", "ACKNOWLEDGED REJECTED", "NODE"},
    {"DISPATCHED", "PENDING CANCELLED EXPIRED LOST", "SERVER"},
    {"ACKNOWLEDGED", "STARTED REJECTED CANCELLED", "NODE"},
    {"ACKNOWLEDGED", "LOST", "SERVER"},
    {"STARTED", "SUCCEEDED FAILED TIMED_OUT CANCELLED", "NODE"},
    {"STARTED", "LOST", "SERVER"},
    {"LOST", "SUCCEEDED FAILED TIMED_OUT REJECTED", "NODE"},
    {"LOST", "CANCELLED", "BOTH"},
    {"LOST", "EXPIRED", "SERVER"},
  };
  private static final Map<String, Who> TABLE = table();

  private PathTable() {}

  /** Returns whether a state may follow another. */
  static boolean leads(String from, String to) {
    return TABLE.containsKey(from + " " + to);
  }

  /**
   * Returns whether this driver may make the move. What a journal says at reconcile is the node's
   * word, and what the server concludes from it its own.
   */
  static boolean mayDrive(String from, String to, String driver) {
    Who who = TABLE.get(from + " " + to);
    if (who == null) {
      return false;
    }
    return switch (who) {
      case NODE -> driver.equals("node") || driver.equals("reconcile");
      case SERVER -> !driver.equals("node");
      case BOTH -> true;
    };
  }

  private static Map<String, Who> table() {
    Map<String, Who> table = new HashMap<>();
    for (String[] row : ROWS) {
      for (String to : row[1].split(" ", -1)) {
        if (table.put(row[0] + " " + to, Who.valueOf(row[2])) != null) {
          throw new IllegalStateException("twice: " + row[0] + " " + to);
        }
      }
    }
    return table;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import java.time.Instant;

/**
 * Something that was broken on purpose.
 *
 * @param kind what
 * @param node to whom; {@link #SERVER} for the server
 * @param from when it began
 * @param to when it was mended
 */
public record Mishap(Kind kind, String node, Instant from, Instant to) {
  /** The server, where a node is named. */
  public static final String SERVER = "server";

  /** What can be broken. */
  public enum Kind {
    /** {@code kill -9} of the server. */
    SERVER_KILLED,
    /** The same, and the end of its log is torn. */
    SERVER_LOG_TORN,
    /** {@code kill -9} of the server within milliseconds of a dispatch, a command or a report. */
    SERVER_AMBUSHED,
    /** SIGTERM of the server. */
    SERVER_RESTARTED,
    /** SIGSTOP of the server. */
    SERVER_STOPPED,
    /** Another program holds the lock of the store, so that commits wait. */
    STORE_LOCKED,
    /** {@code kill -9} of an agent; its hooks run on. */
    AGENT_KILLED,
    /** The same, within milliseconds of a command, or of the first line of a hook. */
    AGENT_AMBUSHED,
    /** SIGTERM of an agent. */
    AGENT_RESTARTED,
    /** SIGSTOP of an agent; its hooks run on. */
    AGENT_STOPPED,
    /** SIGSTOP of an agent and all of its hooks. */
    MACHINE_STOPPED,
    /** An agent is away for longer than a report may take. */
    AGENT_ABSENT,
    /** A machine comes back with an empty journal. */
    JOURNAL_LOST,
    /** A machine comes back with the journal of an earlier life. */
    JOURNAL_RESTORED,
    /** Two machines with one key and one journal. */
    JOURNAL_CLONED,
    /** The connection is cut. */
    LINK_CUT,
    /** The connection is cut for the agent; what it had said reaches the server later. */
    LINK_STRANDED,
    /** The connection stands, and nothing comes through. */
    LINK_HOLED,
    /** The connection is slow. */
    LINK_SLOWED;

    /** Returns whether a journal is not any more what it was. */
    public boolean breaksJournal() {
      return this == JOURNAL_LOST || this == JOURNAL_RESTORED || this == JOURNAL_CLONED;
    }

    /** Returns whether an agent's process ends without a chance to say so. */
    public boolean killsAgent() {
      return this == AGENT_KILLED
          || this == AGENT_AMBUSHED
          || this == AGENT_ABSENT
          || breaksJournal();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

/** How far the node has come with an invocation, as its journal knows. */
public enum Phase {
  /** On disk and not begun: waits for a slot or, after a restart, for RESUME. */
  ACCEPTED(1),
  /** About to begin; after a restart, nobody knows whether it did. */
  STARTING(2),
  /** Its process is known. */
  STARTED(3),
  /** Its final report is on disk. */
  SETTLED(4),
  /** The agent died in the middle of it and cannot know what became of it. */
  UNKNOWN(5);

  private final int code;

  Phase(int code) {
    this.code = code;
  }

  /** Returns whether nothing more will happen to it on this node. */
  public boolean isOver() {
    return this == SETTLED || this == UNKNOWN;
  }

  int code() {
    return code;
  }

  static Phase of(int code) throws CorruptEntryException {
    for (Phase phase : values()) {
      if (phase.code == code) {
        return phase;
      }
    }
    throw new CorruptEntryException("unknown phase " + code);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

/**
 * Where an invocation stands. The words are the same on the wire, in the store and on the command
 * line.
 */
public enum InvocationState {
  /** Recorded; not handed to any session. */
  PENDING(false, Ran.NO),
  /** PREPARE handed to a session. */
  PREPARING(false, Ran.NO),
  /** The node is ready and holds a reservation that lapses by itself. */
  PREPARED(false, Ran.NO),
  /** EXECUTE handed to a session, committed before it is sent. */
  DISPATCHED(false, Ran.MAYBE),
  /** The node has it in its own journal. */
  ACKNOWLEDGED(false, Ran.MAYBE),
  /** The node says that it runs. */
  STARTED(false, Ran.YES),
  /** Ran and succeeded. */
  SUCCEEDED(true, Ran.YES),
  /** Ran and failed. */
  FAILED(true, Ran.YES),
  /** Ran and was stopped at its run timeout, or cannot be stopped. */
  TIMED_OUT(true, Ran.YES),
  /** Cancelled; {@link Invocation#started} tells whether it had run. */
  CANCELLED(true, Ran.RECORDED),
  /** Refused by node or server. */
  REJECTED(true, Ran.NO),
  /** Never handed over in time, or proven never received. */
  EXPIRED(true, Ran.NO),
  /** Handed over, and nobody can tell; heals when the truth arrives. */
  LOST(true, Ran.UNKNOWN);

  /** Whether the action may have run. */
  public enum Ran {
    /** It did not. */
    NO,
    /** Not known yet. */
    MAYBE,
    /** It did. */
    YES,
    /** The invocation's record tells. */
    RECORDED,
    /** Nobody knows. */
    UNKNOWN
  }

  private static final InvocationState[] ALL = values();

  private final boolean settled;
  private final Ran ran;

  InvocationState(boolean settled, Ran ran) {
    this.settled = settled;
    this.ran = ran;
  }

  /** Returns whether nothing more is awaited. LOST is settled, and may still heal. */
  public boolean isSettled() {
    return settled;
  }

  /** Returns whether the node holds it, or may: from hand-over to the final report. */
  public boolean isOutstanding() {
    return this == DISPATCHED || this == ACKNOWLEDGED || this == STARTED;
  }

  /** Returns whether it has not been handed over for execution: a cancel settles it at once. */
  public boolean isWaiting() {
    return this == PENDING || this == PREPARING || this == PREPARED;
  }

  /** Returns whether a node gets ready for it, or keeps room for it. */
  public boolean isReserved() {
    return this == PREPARING || this == PREPARED;
  }

  /** Returns whether it takes a slot of its node: from PREPARE or EXECUTE to the final report. */
  public boolean holdsSlot() {
    return isReserved() || isOutstanding();
  }

  /** Returns whether the action may have run. */
  public Ran ran() {
    return ran;
  }

  /**
   * Returns the state's place among all, from 0: where counts and sets of states have it. Never
   * stored.
   */
  @SuppressWarnings("EnumOrdinal") // The one place that depends on it.
  public int index() {
    return ordinal();
  }

  /** Returns the bit that stands for this state in a {@link Steps} set. */
  int bit() {
    return 1 << index();
  }

  /** Returns how many states there are. */
  public static int count() {
    return ALL.length;
  }
}

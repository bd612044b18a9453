// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * How many more invocations a session may be handed: its node's slots less what is outstanding.
 * Also remembers whether others wait in the store, so that nobody jumps the queue: while there is a
 * backlog, only the courier hands over, in order.
 *
 * <p>Taken by the ledger's thread before the commit, given back when an invocation settles.
 * Thread-safe.
 */
final class Credit {
  private final Object lock = new Object();

  @GuardedBy("lock") private int slots;

  @GuardedBy("lock") private int used;

  /** Settled runs that the node cannot stop and that hold a slot. */
  @GuardedBy("lock") private int strays;

  @GuardedBy("lock") private boolean backlog = true;

  @GuardedBy("lock") private boolean open;

  @GuardedBy("lock") private boolean closed;

  /**
   * Sets what reconcile found, and opens. Until someone has looked, a backlog is assumed.
   *
   * @return whether others wait that the courier should hand over
   */
  boolean open(int slots, int outstanding, int strays) {
    synchronized (lock) {
      this.slots = slots;
      this.used = outstanding;
      this.strays = strays;
      this.open = !closed;
      return open && backlog;
    }
  }

  /** Hands out nothing any more, for good: not even if it was not open yet. */
  void close() {
    synchronized (lock) {
      open = false;
      closed = true;
    }
  }

  /**
   * Takes one for an invocation that is new; where there is none, or others wait, notes that it
   * waits.
   */
  boolean tryTake() {
    synchronized (lock) {
      if (!open || backlog || used + strays >= slots) {
        backlog = true;
        return false;
      }
      used++;
      return true;
    }
  }

  /** Takes one for an invocation that has waited longest. Only the courier calls this. */
  boolean tryTakeForBacklog() {
    synchronized (lock) {
      if (!open || used + strays >= slots) {
        return false;
      }
      used++;
      return true;
    }
  }

  /** Returns how many may be handed over now. */
  int available() {
    synchronized (lock) {
      return open ? Math.max(0, slots - used - strays) : 0;
    }
  }

  /** Returns whether any may be handed out at all. */
  boolean isOpen() {
    synchronized (lock) {
      return open;
    }
  }

  /** Returns whether others wait, or may, and there is none for them. */
  boolean isOverdrawn() {
    synchronized (lock) {
      return open && backlog && used + strays >= slots;
    }
  }

  /**
   * Says that nothing waits in the store. Called by the ledger's thread, which alone adds what
   * waits.
   */
  void noBacklog() {
    synchronized (lock) {
      backlog = false;
    }
  }

  /** Says that what {@link #noBacklog} was told from was not committed. */
  void backlogUnknown() {
    synchronized (lock) {
      backlog = true;
    }
  }

  /**
   * Gives one back.
   *
   * @param stillRunning whether its run goes on and holds the slot
   * @return whether others wait that the courier should hand over
   */
  boolean giveBack(boolean stillRunning) {
    synchronized (lock) {
      used--;
      if (stillRunning) {
        strays++;
      }
      return open && backlog && used + strays < slots;
    }
  }

  /**
   * Notes how many runs the node says go on; returns whether others wait that the courier should
   * hand over.
   */
  boolean running(int running) {
    synchronized (lock) {
      if (strays <= running) {
        return false;
      }
      strays = running;
      return open && backlog && used + strays < slots;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.journal.InvocationId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Room for runs: at most so many at once, never two of one exclusive group, and room kept for what
 * was PREPARED until its reservation lapses. Confined to the loop.
 */
public final class Slots {
  private final int count;
  private final Map<InvocationId, String> running = new HashMap<>();
  private final Map<InvocationId, Instant> reservations = new LinkedHashMap<>();

  /**
   * A reservation.
   *
   * @param id for which invocation
   * @param lapseTime when it lapses, in server time
   */
  record Reserved(InvocationId id, Instant lapseTime) {}

  /** Makes room for this many runs. */
  public Slots(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a node has at least one slot");
    }
    this.count = count;
  }

  /**
   * Takes a slot, if there is one that is not kept for another, and nothing of the group runs. The
   * invocation's own reservation is used up.
   *
   * @param group exclusive group; empty: none
   */
  boolean tryTake(InvocationId id, String group, Instant serverTime) {
    lapse(serverTime);
    int kept = reservations.size() - (reservations.containsKey(id) ? 1 : 0);
    if (running.size() + kept >= count || isBusy(group)) {
      return false;
    }
    reservations.remove(id);
    running.put(id, group);
    return true;
  }

  /** Gives a slot back; harmless if it has none. */
  void release(InvocationId id) {
    running.remove(id);
  }

  /** Keeps room; a later call moves the time. False if all slots are kept for others. */
  boolean tryReserve(InvocationId id, Instant lapseTime, Instant serverTime) {
    lapse(serverTime);
    if (!reservations.containsKey(id) && reservations.size() >= count) {
      return false;
    }
    reservations.put(id, lapseTime);
    return true;
  }

  /** Returns whether room was kept for an invocation, lapsed or not. */
  boolean isReserved(InvocationId id) {
    return reservations.containsKey(id);
  }

  /** Gives a reservation up; harmless if there is none. */
  void giveUp(InvocationId id) {
    reservations.remove(id);
  }

  /** Returns the reservations that have not lapsed. */
  List<Reserved> reservations(Instant serverTime) {
    lapse(serverTime);
    List<Reserved> live = new ArrayList<>();
    reservations.forEach((id, lapseTime) -> live.add(new Reserved(id, lapseTime)));
    return live;
  }

  /** Returns how many runs go on. */
  int running() {
    return running.size();
  }

  private boolean isBusy(String group) {
    return !group.isEmpty() && running.containsValue(group);
  }

  private void lapse(Instant serverTime) {
    reservations.values().removeIf(lapseTime -> !lapseTime.isAfter(serverTime));
  }
}

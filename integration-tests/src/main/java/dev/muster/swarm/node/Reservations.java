// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.Timestamp;
import dev.muster.proto.agent.v1.Reservation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Room that a node keeps for what was prepared, until it lapses. Confined to the event loop. */
final class Reservations {
  // Both get a collection of their own with the first entry: most nodes are never prepared.
  private Map<UUID, Timestamp> lapseTimes = Map.of();
  private Set<UUID> released = Set.of();

  /** A new stream begins; the server has yet to see what is kept. */
  void beginStream() {
    released = Set.of();
  }

  /** Keeps room where fewer than so many are kept; a later call moves the time. */
  boolean tryReserve(UUID id, Timestamp lapseTime, int most, long nowMillis) {
    lapse(nowMillis);
    if (!lapseTimes.containsKey(id) && lapseTimes.size() >= most) {
      return false;
    }
    if (lapseTimes.isEmpty()) {
      lapseTimes = new LinkedHashMap<>(2);
    }
    if (!released.isEmpty()) {
      released.remove(id);
    }
    lapseTimes.put(id, lapseTime);
    return true;
  }

  /** Gives room up; harmless where there is none. */
  void giveUp(UUID id) {
    if (!lapseTimes.isEmpty()) {
      lapseTimes.remove(id);
    }
  }

  /**
   * Gives room up that is not needed; whether there was any. Then the invocation must not start on
   * this stream, unless room is asked for again.
   */
  boolean release(UUID id) {
    if (lapseTimes.isEmpty() || lapseTimes.remove(id) == null) {
      return false;
    }
    if (released.isEmpty()) {
      released = new HashSet<>(2);
    }
    released.add(id);
    return true;
  }

  /** Returns whether its room was given up on this stream. */
  boolean isReleased(UUID id) {
    return released.contains(id);
  }

  /** Returns how much room is kept for others than this. */
  int keptForOthers(UUID id, long nowMillis) {
    if (lapseTimes.isEmpty()) {
      return 0;
    }
    lapse(nowMillis);
    return lapseTimes.size() - (lapseTimes.containsKey(id) ? 1 : 0);
  }

  /** Returns those that have not lapsed, for Hello. */
  List<Reservation> live(long nowMillis) {
    if (lapseTimes.isEmpty()) {
      return List.of();
    }
    lapse(nowMillis);
    List<Reservation> live = new ArrayList<>(lapseTimes.size());
    lapseTimes.forEach(
        (id, lapseTime) ->
            live.add(
                Reservation.newBuilder()
                    .setInvocationId(id.toString())
                    .setLapseTime(lapseTime)
                    .build()));
    return live;
  }

  private void lapse(long nowMillis) {
    lapseTimes.values().removeIf(lapseTime -> ServerTime.millis(lapseTime) <= nowMillis);
  }
}

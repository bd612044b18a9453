// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.ReportedStep;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Callbacks that only the store can decide, per invocation in the order in which they came: while
 * one is asked about, or waits for a store that failed, later ones of the same invocation wait
 * behind it. Otherwise a final report could be decided before the STARTED that makes it legal.
 * Bounded by the session's flow control. Used on the session's executor only.
 */
final class Undecided {
  private final Map<InvocationId, SortedMap<Long, List<ReportedStep>>> callbacks = new HashMap<>(0);

  /** A callback that came. */
  record Waiting(long sequence, List<ReportedStep> steps) {}

  /** Returns whether callbacks of this invocation wait. */
  boolean contains(InvocationId id) {
    return callbacks.containsKey(id);
  }

  /**
   * Adds a callback; returns whether it is the only one of its invocation, so that the store is to
   * be asked.
   */
  boolean add(InvocationId id, long sequence, List<ReportedStep> steps) {
    SortedMap<Long, List<ReportedStep>> waiting =
        callbacks.computeIfAbsent(id, unknown -> new TreeMap<>());
    waiting.put(sequence, steps);
    return waiting.size() == 1;
  }

  /** Returns the oldest callback of an invocation that has one. */
  Waiting first(InvocationId id) {
    SortedMap<Long, List<ReportedStep>> waiting = waiting(id);
    long first = waiting.firstKey();
    return new Waiting(first, List.copyOf(waiting.getOrDefault(first, List.of())));
  }

  /** Removes a callback that is decided; returns whether others of its invocation wait. */
  boolean remove(InvocationId id, long sequence) {
    SortedMap<Long, List<ReportedStep>> waiting = waiting(id);
    waiting.remove(sequence);
    if (waiting.isEmpty()) {
      callbacks.remove(id);
      return false;
    }
    return true;
  }

  /** Drops all. */
  void clear() {
    callbacks.clear();
  }

  private SortedMap<Long, List<ReportedStep>> waiting(InvocationId id) {
    SortedMap<Long, List<ReportedStep>> waiting = callbacks.get(id);
    if (waiting == null) {
      throw new IllegalStateException("nothing undecided of " + id);
    }
    return waiting;
  }
}

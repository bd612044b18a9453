// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.agent.execution.Report;
import dev.muster.agent.journal.InvocationId;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackAck;
import dev.muster.proto.agent.v1.CallbackRefusal;
import dev.muster.wire.Limits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The callbacks of one stream: which invocations have something to tell, which callbacks are on
 * their way, and how many may be. An invocation that has more to tell while it waits still takes
 * one callback. Confined to the loop.
 */
final class CallbackWindow {
  /** Fewer steps than any report has: that a node is ready is none. */
  private static final int NOTHING = -1;

  private final Set<InvocationId> dirty = new LinkedHashSet<>();
  private final SortedMap<Long, Sent> inFlight = new TreeMap<>();
  private final Map<InvocationId, Integer> sentThrough = new HashMap<>();
  private int limit = Limits.UNACKNOWLEDGED_CALLBACKS;
  private long nextSequence = 1;

  /**
   * A callback on its way.
   *
   * @param id whose
   * @param through how many steps the server has once it is acknowledged
   */
  private record Sent(InvocationId id, int through) {}

  /**
   * What an acknowledgement tells.
   *
   * @param stepsThrough how many steps of which invocations are durable now
   * @param refusals callbacks of this stream that were refused
   */
  record Acknowledged(Map<InvocationId, Integer> stepsThrough, List<Refused> refusals) {}

  /**
   * A refused callback.
   *
   * @param id whose
   * @param refusal what the server said
   */
  record Refused(InvocationId id, CallbackRefusal refusal) {}

  /** Sets how many callbacks may be on their way; what is not positive is passed over. */
  void limit(int limit) {
    if (limit > 0) {
      this.limit = Math.min(limit, Limits.UNACKNOWLEDGED_CALLBACKS);
    }
  }

  /** This invocation has something to tell. */
  void mark(InvocationId id) {
    dirty.add(id);
  }

  /**
   * Returns the next callback to send; empty if there is none, or no more may be on their way.
   *
   * @param reports what an invocation has to tell
   */
  Optional<Callback> next(Function<InvocationId, Optional<Report>> reports) {
    while (inFlight.size() < limit && !dirty.isEmpty()) {
      InvocationId id = dirty.iterator().next();
      dirty.remove(id);
      Optional<Report> report =
          reports.apply(id).filter(r -> r.through() > sentThrough.getOrDefault(id, NOTHING));
      if (report.isPresent()) {
        long sequence = nextSequence++;
        inFlight.put(sequence, new Sent(id, report.get().through()));
        sentThrough.put(id, report.get().through());
        return Optional.of(
            Callback.newBuilder()
                .setSequence(sequence)
                .setInvocationId(id.toString())
                .addAllSteps(report.get().steps())
                .build());
      }
    }
    return Optional.empty();
  }

  /** Takes an acknowledgement. */
  Acknowledged acknowledge(CallbackAck ack) {
    Map<Long, CallbackRefusal> refusedBySequence = new HashMap<>();
    ack.getRefusalsList().forEach(r -> refusedBySequence.put(r.getSequence(), r));
    SortedMap<Long, Sent> decided = inFlight.headMap(ack.getThroughSequence() + 1);
    Map<InvocationId, Integer> stepsThrough = new HashMap<>();
    List<Refused> refused = new ArrayList<>();
    decided.forEach(
        (sequence, sent) -> {
          CallbackRefusal refusal = refusedBySequence.get(sequence);
          if (refusal == null) {
            stepsThrough.merge(sent.id(), sent.through(), Math::max);
          } else {
            refused.add(new Refused(sent.id(), refusal));
          }
        });
    decided.clear();
    Set<InvocationId> stillOnTheWay = new HashSet<>();
    inFlight.values().forEach(sent -> stillOnTheWay.add(sent.id()));
    refused.forEach(r -> stillOnTheWay.add(r.id()));
    // What is acknowledged is known elsewhere; what was refused must not be sent again here.
    sentThrough.keySet().retainAll(stillOnTheWay);
    return new Acknowledged(stepsThrough, refused);
  }

  /** A refused callback is made anew: what it tells may be sent again on this stream. */
  void takeBack(InvocationId id) {
    sentThrough.remove(id);
    dirty.add(id);
  }

  /** Returns whether nothing is on its way or waits. */
  boolean isEmpty() {
    return inFlight.isEmpty() && dirty.isEmpty();
  }
}

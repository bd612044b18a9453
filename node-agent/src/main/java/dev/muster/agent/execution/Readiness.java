// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.journal.InvocationId;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.agent.v1.PrepareResult;
import dev.muster.proto.type.v1.InvocationState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gets ready for invocations that are about to come: asks the action, keeps room, and reports
 * PREPARED or REJECTED as a callback. Nothing of it is on disk: a restart forgets it, and Hello
 * then does not list it. An answer that is not durable on the server dies with its stream; the room
 * is kept, and the next Hello lists it. Confined to the loop.
 */
final class Readiness {
  private final PrepareDesk desk;
  private final Slots slots;
  private final Uplink uplink;
  private final Steps steps;

  // What dies with the stream; each bounded by what the server hands over, which is the slots.
  private final Map<InvocationId, Prepare> asked = new HashMap<>();
  private final Map<InvocationId, CallbackStep> answers = new HashMap<>();
  private final Set<InvocationId> released = new HashSet<>();

  Readiness(PrepareDesk desk, Slots slots, Uplink uplink, Steps steps) {
    this.desk = desk;
    this.slots = slots;
    this.uplink = uplink;
    this.steps = steps;
  }

  /** Gets ready. Asked again, it answers again. */
  void prepare(InvocationId id, Prepare prepare) {
    released.remove(id);
    answers.remove(id);
    asked.put(id, prepare);
    desk.prepare(prepare, result -> answered(id, prepare, result));
  }

  @SuppressWarnings("ReferenceEquality") // The same question, not an equal one.
  private void answered(InvocationId id, Prepare prepare, PrepareResult result) {
    if (asked.get(id) == prepare) { // Else nobody on this stream waits for it.
      asked.remove(id);
      CallbackStep.Builder step =
          result.hasError()
              ? FinalStep.rejected(result.getError().getCode(), result.getError().getMessage())
              : CallbackStep.newBuilder().setState(InvocationState.INVOCATION_STATE_PREPARED);
      answers.put(id, steps.timed(step));
      uplink.report(id);
    }
  }

  /**
   * Returns the answer that the server does not have yet. It is no step of an entry in the journal,
   * so it counts as none.
   */
  Optional<Report> pending(InvocationId id) {
    return Optional.ofNullable(answers.get(id)).map(step -> new Report(List.of(step), 0));
  }

  /** The server has these answers, or will never take them. */
  void told(Set<InvocationId> ids) {
    answers.keySet().removeAll(ids);
  }

  /**
   * Gives up what was got ready for an invocation; returns whether anything was. It must not start
   * on this stream any more, unless it is asked for again: on the next, the server has seen that
   * nothing is left of it.
   */
  boolean release(InvocationId id) {
    boolean wasAsked = asked.remove(id) != null;
    boolean hadAnswer = answers.remove(id) != null;
    boolean known = wasAsked || hadAnswer || slots.isReserved(id);
    if (known) {
      desk.abandon(id);
      slots.giveUp(id);
      released.add(id);
    }
    return known;
  }

  /** Returns whether an invocation was released on this stream. */
  boolean isReleased(InvocationId id) {
    return released.contains(id);
  }

  /** What was got ready comes. */
  void comes(InvocationId id) {
    asked.remove(id);
    answers.remove(id);
  }

  /** A new stream begins. */
  void beginStream() {
    asked.clear();
    answers.clear();
    released.clear();
  }
}

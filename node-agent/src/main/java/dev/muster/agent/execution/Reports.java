// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.loop.Loop;
import dev.muster.proto.agent.v1.CallbackStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be reported, and when: the first steps of a run wait a little for its result, so that
 * a quick run is told in one callback. Confined to the loop.
 */
final class Reports {
  private final Loop loop;
  private final Duration delay;
  private final Uplink uplink;
  private final Invocations invocations;

  Reports(Loop loop, Duration delay, Uplink uplink, Invocations invocations) {
    this.loop = loop;
    this.delay = delay;
    this.uplink = uplink;
    this.invocations = invocations;
  }

  /** Returns what is to be told of an invocation; empty if the server knows all. */
  Optional<Report> pending(InvocationId id) {
    Optional<Invocation> wanted = invocations.find(id).filter(found -> !found.forgotten);
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    List<CallbackStep> steps = wanted.get().tellable();
    int from = Math.min(wanted.get().acknowledgedSteps, steps.size());
    return from == steps.size()
        ? Optional.empty()
        : Optional.of(new Report(steps.subList(from, steps.size()), steps.size()));
  }

  /** The server has these many steps of each of these, durably. */
  void acknowledged(long generation, Map<InvocationId, Integer> stepsThrough) {
    List<Invocation> done = new ArrayList<>();
    stepsThrough.forEach(
        (id, through) ->
            invocations
                .find(id)
                .ifPresent(
                    invocation -> {
                      invocation.acknowledgedSteps =
                          Math.max(invocation.acknowledgedSteps, through);
                      done.add(invocation);
                    }));
    invocations.forget(generation, done);
  }

  /** There is something to report. */
  void now(InvocationId id) {
    uplink.report(id);
  }

  /** There is something to report, and soon more. */
  void soon(Invocation invocation) {
    if (invocation.reportTimer == null && !invocation.isOver()) {
      invocation.reportTimer =
          loop.after(
              delay,
              () -> {
                invocation.reportTimer = null;
                uplink.report(invocation.id);
              });
    }
  }

  /** There is something to report; it goes with what is planned already, or else now. */
  void withWhatIsPlanned(Invocation invocation) {
    if (invocation.reportTimer == null) {
      uplink.report(invocation.id);
    }
  }
}

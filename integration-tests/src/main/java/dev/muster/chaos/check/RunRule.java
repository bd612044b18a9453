// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.Invocation;
import dev.muster.proto.operator.v1.InvocationTransition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a state says of the run is true: SUCCEEDED, FAILED and TIMED_OUT ran, PENDING, REJECTED and
 * EXPIRED did not, CANCELLED says which; an ABORTED execution ran nowhere; nothing ran that the
 * server does not know, or on another node; no two of one group ran at once.
 */
final class RunRule implements Rule {
  /** What was ended sooner than this may not have written its first line. */
  private static final Duration FIRST_LINE = Duration.ofSeconds(1);

  private record Home(Invocation invocation, String node) {}

  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    Map<String, List<Trace>> traces = new HashMap<>();
    evidence
        .traces()
        .forEach(
            trace ->
                traces.computeIfAbsent(trace.invocation(), id -> new ArrayList<>()).add(trace));
    Map<String, Home> known = new HashMap<>();
    for (Recorded recorded : evidence.recorded()) {
      boolean aborted = recorded.execution().getState() == ExecutionState.EXECUTION_STATE_ABORTED;
      for (GetInvocationResponse response : recorded.invocations()) {
        Invocation invocation = response.getInvocation();
        known.put(invocation.getId(), new Home(invocation, invocation.getNodeName()));
        List<Trace> own = traces.getOrDefault(invocation.getId(), List.of());
        lie(evidence, response, own)
            .ifPresent(
                what ->
                    violations.add(
                        new Violation(
                            "a state says truly whether it ran",
                            invocation.getId(),
                            what + "; " + Words.story(response.getHistoryList()))));
        if (aborted && !own.isEmpty()) {
          violations.add(
              new Violation(
                  "ABORTED ran nowhere",
                  recorded.execution().getId(),
                  invocation.getId() + " ran on " + invocation.getNodeName()));
        }
      }
    }
    for (Trace trace : evidence.traces()) {
      Home home = known.get(trace.invocation());
      if (home == null) {
        violations.add(
            new Violation(
                "nothing runs that is not recorded", trace.invocation(), "ran: " + trace));
      } else if (!home.node().equals(trace.node())) {
        violations.add(
            new Violation(
                "an invocation runs on its node",
                trace.invocation(),
                "is for " + home.node() + " and ran on " + trace.node()));
      }
      if (trace.kind() == Trace.Kind.OVERLAP) {
        violations.add(
            new Violation(
                "two of one group never overlap", trace.node(), "another was alive: " + trace));
      }
    }
    return violations;
  }

  /** Returns what is not true of an invocation. */
  private static Optional<String> lie(
      Evidence evidence, GetInvocationResponse response, List<Trace> own) {
    Invocation invocation = response.getInvocation();
    String state = Words.of(invocation.getState());
    boolean began = own.stream().anyMatch(trace -> trace.kind() == Trace.Kind.START);
    boolean ended = own.stream().anyMatch(trace -> trace.kind() == Trace.Kind.END);
    boolean saysItDidNot =
        Words.saysItDidNot(state) || (state.equals("CANCELLED") && !invocation.getStarted());
    if (saysItDidNot && began) {
      return Copies.mayHaveRunUntold(evidence, response)
          ? Optional.empty()
          : Optional.of(state + " before it started, and ran");
    }
    boolean cut =
        state.equals("TIMED_OUT") || (state.equals("CANCELLED") && invocation.getStarted());
    if (cut && !began && !mayHaveBeenTooShort(evidence, response)) {
      return Optional.of(state + " after it started, and never ran");
    }
    if (Words.saysItRan(state) && !cut && !began) {
      return Optional.of(state + " and never ran");
    }
    if (state.equals("SUCCEEDED") && !ended) {
      return Optional.of("SUCCEEDED and never came to its end");
    }
    return Optional.empty();
  }

  /** Whether it was ended within its first moments, or its machine stood still in them. */
  private static boolean mayHaveBeenTooShort(Evidence evidence, GetInvocationResponse response) {
    Optional<InvocationTransition> start =
        response.getHistoryList().stream()
            .filter(
                line ->
                    Words.of(line.getToState()).equals("STARTED")
                        || line.getReason().equals("EVIDENCE_STARTED"))
            .findFirst();
    if (start.isEmpty()) {
      return false;
    }
    InvocationTransition end = response.getHistory(response.getHistoryCount() - 1);
    if (!start.get().hasAgentTime() || !end.hasAgentTime()) {
      return false;
    }
    Instant from = Words.time(start.get().getAgentTime());
    Instant to = Words.time(end.getAgentTime());
    boolean stoodStill =
        evidence.mishaps().stream()
            .anyMatch(
                mishap ->
                    mishap.kind() == Mishap.Kind.MACHINE_STOPPED
                        && mishap.node().equals(response.getInvocation().getNodeName())
                        && mishap.from().isBefore(to)
                        && mishap.to().isAfter(from));
    return stoodStill || Duration.between(from, to).compareTo(FIRST_LINE) < 0;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.InvocationTransition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * LOST only where nobody can know: the agent died in the run, its journal is not what it was, or it
 * was away from hand-over to deadline. What came to its end in a journal must heal once its agent
 * is back.
 */
final class LossRule implements Rule {
  /** Of the time to report in, what is left for the start. */
  private static final Duration START = Duration.ofSeconds(60);

  /** A session of this length has told what it had to tell. */
  private static final Duration ENOUGH = Duration.ofSeconds(20);

  /** Clocks are one, but a log line comes a little late. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    for (Recorded recorded : evidence.recorded()) {
      for (GetInvocationResponse response : recorded.invocations()) {
        for (InvocationTransition line : response.getHistoryList()) {
          if (Words.isMove(line) && Words.of(line.getToState()).equals("LOST")) {
            fault(evidence, recorded.execution(), response, line)
                .ifPresent(
                    what ->
                        violations.add(
                            new Violation(
                                "LOST only where nobody can know",
                                response.getInvocation().getId(),
                                what + "; " + Words.story(response.getHistoryList()))));
          }
        }
      }
    }
    return violations;
  }

  private static Optional<String> fault(
      Evidence evidence,
      Execution execution,
      GetInvocationResponse response,
      InvocationTransition lost) {
    Instant handedOver =
        Words.firstTo(response.getHistoryList(), "DISPATCHED")
            .map(line -> Words.time(line.getTime()))
            .orElse(Instant.MAX);
    Instant at = Words.time(lost.getTime());
    String node = response.getInvocation().getNodeName();
    List<Mishap> meanwhile =
        evidence.mishaps().stream()
            .filter(mishap -> mishap.node().equals(node))
            .filter(mishap -> !mishap.from().isAfter(at.plus(SLACK)))
            .filter(mishap -> !mishap.to().isBefore(handedOver.minus(SLACK)))
            .toList();
    boolean journalBroke = meanwhile.stream().anyMatch(mishap -> mishap.kind().breaksJournal());
    return switch (lost.getReason()) {
      case "AGENT_DIED_IN_RUN" ->
          meanwhile.stream().anyMatch(mishap -> mishap.kind().killsAgent())
              ? Optional.empty()
              : Optional.of("its agent did not die between hand-over and then");
      case "JOURNAL_LOST" ->
          journalBroke
              ? Optional.empty()
              : Optional.of("its journal was whole between hand-over and then");
      case "REPORT_DEADLINE_PASSED" ->
          journalBroke ? Optional.empty() : overdue(evidence, execution, response, handedOver, at);
      default -> Optional.of("for the reason " + lost.getReason());
    };
  }

  private static Optional<String> overdue(
      Evidence evidence,
      Execution execution,
      GetInvocationResponse response,
      Instant handedOver,
      Instant at) {
    Duration run =
        Duration.ofSeconds(
            execution.getRunTimeout().getSeconds(), execution.getRunTimeout().getNanos());
    Instant over = handedOver.plus(START).plus(run);
    if (at.isBefore(over.plus(START))) {
      return Optional.of("before its report was due");
    }
    boolean couldTell =
        evidence.presences().stream()
            .filter(presence -> presence.node().equals(response.getInvocation().getNodeName()))
            .anyMatch(
                presence ->
                    Duration.between(later(presence.from(), over), earlier(presence.to(), at))
                            .compareTo(ENOUGH)
                        > 0);
    if (couldTell) {
      return Optional.of("its agent was there to tell");
    }
    boolean healed = !Words.of(response.getInvocation().getState()).equals("LOST");
    boolean isBack =
        evidence.presences().stream()
            .filter(presence -> presence.node().equals(response.getInvocation().getNodeName()))
            .anyMatch(
                presence ->
                    Duration.between(later(presence.from(), at), presence.to()).compareTo(ENOUGH)
                        > 0);
    return isBack && !healed && !mayHaveDiedInRun(evidence, response, handedOver, over)
        ? Optional.of("it did not heal, though its agent came back with its journal")
        : Optional.empty();
  }

  /** Then its journal says that it began, and nobody knows how it ended. */
  private static boolean mayHaveDiedInRun(
      Evidence evidence, GetInvocationResponse response, Instant handedOver, Instant over) {
    return evidence.mishaps().stream()
        .filter(mishap -> mishap.node().equals(response.getInvocation().getNodeName()))
        .filter(mishap -> mishap.kind().killsAgent())
        .anyMatch(
            mishap ->
                !mishap.from().isAfter(over.plus(SLACK))
                    && !mishap.to().isBefore(handedOver.minus(SLACK)));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}

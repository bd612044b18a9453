// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos.check;

import dev.muster.proto.operator.v1.Execution;
import dev.muster.proto.operator.v1.ExecutionState;
import dev.muster.proto.operator.v1.GetInvocationResponse;
import dev.muster.proto.operator.v1.InvocationCounts;
import dev.muster.proto.operator.v1.InvocationTransition;
import dev.muster.proto.operator.v1.Rollout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A rollout keeps its portions: never more than {@code max_parallel} are under way, nobody else
 * begins before the canaries have succeeded, and nobody begins once its failures have spent the
 * budget, until an operator resumes it. One node at a time, it pauses with exactly as many
 * failures.
 *
 * <p>Judged by when invocations began, which is the commit that opened them: what had settled by
 * then, that commit may have seen; what it let be under way, it has not seen settle.
 */
final class RolloutRule implements Rule {
  private static final String RULE = "a rollout keeps its portions";
  private static final Set<String> FAILURES = Set.of("FAILED", "TIMED_OUT", "LOST", "REJECTED");

  @Override
  public List<Violation> check(Evidence evidence) {
    List<Violation> violations = new ArrayList<>();
    for (Recorded recorded : evidence.recorded()) {
      if (recorded.execution().hasRollout()) {
        Story story = new Story(recorded, evidence.deeds().operated());
        Stream.of(
                story.crowded(),
                story.canaryPassedOver(),
                story.budgetPassedOver(),
                story.miscounted())
            .flatMap(Optional::stream)
            .forEach(
                what -> violations.add(new Violation(RULE, recorded.execution().getId(), what)));
      }
    }
    return violations;
  }

  /** One rollout. */
  private static final class Story {
    private final Execution execution;
    private final Rollout rollout;
    private final List<GetInvocationResponse> opened;
    private final List<Instant> openings;
    private final List<Operated> resumes;
    private final List<Operated> looks;
    private final int eligible;

    Story(Recorded recorded, List<Operated> operated) {
      execution = recorded.execution();
      rollout = execution.getRollout();
      List<GetInvocationResponse> admitted =
          recorded.invocations().stream().filter(response -> !isSetAside(response)).toList();
      eligible = execution.getCohortSize() - (recorded.invocations().size() - admitted.size());
      // In the order in which they opened; the rest is opened only so that it can end.
      opened = admitted.stream().filter(response -> !isEnding(response)).toList();
      openings = opened.stream().map(Story::begin).distinct().sorted().toList();
      resumes = of(operated, Operated.Verb.RESUMED);
      looks = of(operated, Operated.Verb.LOOKED);
    }

    Optional<String> crowded() {
      int most = parallel();
      for (Instant opening : openings) {
        long underWay =
            count(response -> !begin(response).isAfter(opening) && isUnderWay(response, opening));
        if (underWay > most) {
          return Optional.of(
              underWay + " under way at " + opening + ", at most " + most + " may be");
        }
      }
      return Optional.empty();
    }

    Optional<String> canaryPassedOver() {
      if (rollout.getCanary() == 0 || opened.size() <= rollout.getCanary()) {
        return Optional.empty();
      }
      Instant next = begin(opened.get(rollout.getCanary()));
      long succeeded =
          opened.stream()
              .limit(rollout.getCanary())
              .filter(response -> stateAt(response, next).equals("SUCCEEDED"))
              .count();
      return succeeded < rollout.getCanary() && !mayHaveBeenResumedBy(next)
          ? Optional.of(
              "the others began at "
                  + next
                  + ", when "
                  + succeeded
                  + " of "
                  + rollout.getCanary()
                  + " canaries had succeeded")
          : Optional.empty();
    }

    Optional<String> budgetPassedOver() {
      int budget = budget();
      int most = parallel();
      if (budget == 0 || most == Integer.MAX_VALUE) {
        return Optional.empty();
      }
      for (Instant opening : openings) {
        if (mayHaveBeenResumedBy(opening)) {
          break;
        }
        long now = count(response -> begin(response).equals(opening));
        Predicate<GetInvocationResponse> earlier = response -> begin(response).isBefore(opening);
        long underWay = count(earlier.and(response -> isUnderWay(response, opening)));
        long failed = count(earlier.and(response -> FAILURES.contains(stateAt(response, opening))));
        // So many may have settled beside that commit without its seeing them.
        long unseen = Math.max(0, most - now - underWay);
        if (failed - unseen >= budget) {
          return Optional.of(
              now
                  + " began at "
                  + opening
                  + ", behind "
                  + failed
                  + " failures; "
                  + budget
                  + " pause it");
        }
      }
      return Optional.empty();
    }

    /** What it paused with; a failure that heals afterwards is none any more. */
    Optional<String> miscounted() {
      boolean exact =
          rollout.getMaxParallel() == 1
              && budget() > 0
              && opened.stream()
                  .noneMatch(
                      response -> Words.firstTo(response.getHistoryList(), "LOST").isPresent());
      if (!exact) {
        return Optional.empty();
      }
      return looks.stream()
          .filter(look -> look.execution().getState() == ExecutionState.EXECUTION_STATE_PAUSED)
          .filter(look -> look.execution().getStateReason().contains("pause it"))
          .filter(look -> !mayHaveBeenResumedBy(look.to()))
          .filter(look -> failures(look.execution().getCounts()) != budget())
          .map(
              look ->
                  "paused with "
                      + failures(look.execution().getCounts())
                      + " failures; one at a time, it is to be "
                      + budget())
          .findFirst();
    }

    private int failures(InvocationCounts counts) {
      return counts.getFailed()
          + counts.getTimedOut()
          + counts.getLost()
          + counts.getRejected()
          - (execution.getCohortSize() - eligible);
    }

    private boolean mayHaveBeenResumedBy(Instant time) {
      return resumes.stream().anyMatch(resume -> resume.from().isBefore(time));
    }

    private long count(Predicate<GetInvocationResponse> which) {
      return opened.stream().filter(which).count();
    }

    private int parallel() {
      if (rollout.getMaxParallel() > 0) {
        return rollout.getMaxParallel();
      }
      return rollout.getMaxParallelPercent() > 0
          ? share(rollout.getMaxParallelPercent())
          : Integer.MAX_VALUE;
    }

    /** 0: none. */
    private int budget() {
      if (rollout.hasMaxFailures()) {
        return rollout.getMaxFailures();
      }
      return rollout.getMaxFailuresPercent() > 0 ? share(rollout.getMaxFailuresPercent()) : 0;
    }

    private int share(int percent) {
      return Math.max(1, eligible * percent / 100);
    }

    /** Opened by a cancel or by the end of the execution, so that it can be settled. */
    private boolean isEnding(GetInvocationResponse response) {
      boolean cancelled =
          Words.firstTo(response.getHistoryList(), "CANCELLED")
              .filter(line -> Words.time(line.getTime()).equals(begin(response)))
              .isPresent();
      return cancelled
          || (execution.hasExpireTime()
              && !begin(response).isBefore(Words.time(execution.getExpireTime())));
    }

    private List<Operated> of(List<Operated> operated, Operated.Verb verb) {
      return operated.stream()
          .filter(each -> each.execution().getId().equals(execution.getId()))
          .filter(each -> each.verb() == verb)
          .toList();
    }

    private static boolean isSetAside(GetInvocationResponse response) {
      InvocationTransition first = response.getHistory(0);
      return first.getDriver().equals("gate") && !first.getReason().equals("NODE_OFFLINE");
    }

    private static Instant begin(GetInvocationResponse response) {
      return Words.time(response.getHistory(0).getTime());
    }

    private static boolean isUnderWay(GetInvocationResponse response, Instant at) {
      return !Words.isSettled(stateAt(response, at));
    }

    /** What had happened up to a moment, this included. */
    private static String stateAt(GetInvocationResponse response, Instant at) {
      return response.getHistoryList().stream()
          .filter(Words::isMove)
          .filter(line -> !Words.time(line.getTime()).isAfter(at))
          .map(line -> Words.of(line.getToState()))
          .reduce("NEW", (earlier, later) -> Objects.requireNonNull(later));
    }
  }
}

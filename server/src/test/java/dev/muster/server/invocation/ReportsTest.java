// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import static dev.muster.server.invocation.InvocationSamples.in;
import static dev.muster.server.invocation.InvocationSamples.startedAgain;
import static dev.muster.server.invocation.InvocationSamples.step;
import static dev.muster.server.invocation.InvocationState.ACKNOWLEDGED;
import static dev.muster.server.invocation.InvocationState.CANCELLED;
import static dev.muster.server.invocation.InvocationState.DISPATCHED;
import static dev.muster.server.invocation.InvocationState.FAILED;
import static dev.muster.server.invocation.InvocationState.LOST;
import static dev.muster.server.invocation.InvocationState.PREPARED;
import static dev.muster.server.invocation.InvocationState.REJECTED;
import static dev.muster.server.invocation.InvocationState.STARTED;
import static dev.muster.server.invocation.InvocationState.SUCCEEDED;
import static dev.muster.server.invocation.InvocationState.TIMED_OUT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ReportsTest {
  private static final Instant LATER = InvocationSamples.NOW.plusSeconds(99);
  private static final List<InvocationState> REPORTABLE =
      List.of(PREPARED, ACKNOWLEDGED, STARTED, SUCCEEDED, FAILED, TIMED_OUT, CANCELLED, REJECTED);

  @Test
  void severalSteps_applyInOrder_inOneChange() {
    InvocationChange change =
        applied(in(DISPATCHED), step(ACKNOWLEDGED), step(STARTED), step(SUCCEEDED));

    assertThat(change.after().state()).isEqualTo(SUCCEEDED);
    assertThat(change.after().started()).isTrue();
    assertThat(change.after().settleTime()).isEqualTo(LATER);
    assertThat(change.evidence())
        .extracting(HistoryEntry::to)
        .containsExactly(ACKNOWLEDGED, STARTED, SUCCEEDED);
    assertThat(change.evidence())
        .extracting(HistoryEntry::from)
        .containsExactly(DISPATCHED, ACKNOWLEDGED, STARTED);
  }

  @Test
  void stepsInTheHistory_areSkipped() {
    InvocationChange change =
        applied(
            in(STARTED, ACKNOWLEDGED, STARTED), step(ACKNOWLEDGED), step(STARTED), step(FAILED));

    assertThat(change.evidence()).extracting(HistoryEntry::to).containsExactly(FAILED);
  }

  @Test
  void allStepsInTheHistory_isARepeat() {
    StepsDecision decision =
        decide(in(STARTED, ACKNOWLEDGED, STARTED), step(ACKNOWLEDGED), step(STARTED));

    assertThat(decision).isEqualTo(new StepsDecision.Repeat(STARTED));
  }

  @Test
  void oneIllegalStep_refusesAll_withTheStateThatStands() {
    // Bug: the refusal named the state that the steps before would have brought, so a settled one
    // made the agent forget.
    StepsDecision decision =
        decide(in(STARTED, ACKNOWLEDGED, STARTED), step(SUCCEEDED), step(FAILED));

    assertThat(decision)
        .isEqualTo(new StepsDecision.Refuse(STARTED, FAILED, Set.of(STARTED, LOST)));
  }

  @Test
  void skippedStarted_refusesTheFinalReport() {
    StepsDecision decision = decide(in(DISPATCHED), step(ACKNOWLEDGED), step(SUCCEEDED));

    assertThat(decision)
        .isEqualTo(new StepsDecision.Refuse(DISPATCHED, SUCCEEDED, Set.of(STARTED, LOST)));
  }

  @Test
  void lost_keepsAcknowledgedAndStartedAsEvidence_andStaysLost() {
    Invocation lost = in(LOST);

    InvocationChange change = applied(lost, step(ACKNOWLEDGED), step(STARTED));

    assertThat(change.after().state()).isEqualTo(LOST);
    assertThat(change.after().started()).isTrue();
    assertThat(change.after().settleTime()).isEqualTo(lost.settleTime());
    assertThat(change.settles()).isFalse();
    assertThat(change.evidence())
        .extracting(HistoryEntry::reason)
        .containsExactly("EVIDENCE_ACKNOWLEDGED", "EVIDENCE_STARTED");
  }

  @Test
  void lost_isHealedByTheTruth() {
    for (InvocationState truth : List.of(SUCCEEDED, FAILED, TIMED_OUT, CANCELLED, REJECTED)) {
      InvocationChange change = applied(in(LOST), step(truth));

      assertThat(change.after().state()).isEqualTo(truth);
      assertThat(change.after().settleTime()).isEqualTo(LATER);
      assertThat(change.settles()).isTrue();
    }
  }

  @Test
  void lostThatHadStarted_isNeverRejected() {
    // REJECTED means that it did not run.
    StepsDecision decision = decide(in(LOST, ACKNOWLEDGED, STARTED), step(REJECTED));

    assertThat(decision).isInstanceOf(StepsDecision.Refuse.class);
    assertThat(((StepsDecision.Refuse) decision).state()).isEqualTo(LOST);
    assertThat(((StepsDecision.Refuse) decision).legalFrom()).doesNotContain(LOST);
  }

  @Test
  void laterRun_isEvidenceOnce() {
    Invocation running = in(STARTED, ACKNOWLEDGED, STARTED);

    InvocationChange second = applied(running, step(STARTED), startedAgain(2));

    assertThat(second.after().state()).isEqualTo(STARTED);
    assertThat(second.evidence()).extracting(HistoryEntry::attempt).containsExactly(2);
    assertThat(decide(second.after(), startedAgain(2)))
        .isEqualTo(new StepsDecision.Repeat(STARTED));
    assertThat(applied(second.after(), startedAgain(3)).after().taken().attempt()).isEqualTo(3);
  }

  @Test
  void finalReportOfALaterRun_counts_whateverItSaysOfTheRun() {
    // Bug: a final report that named the run was taken for a repeat of that run's STARTED, and
    // lost.
    Invocation again = applied(in(STARTED, ACKNOWLEDGED, STARTED), startedAgain(2)).after();
    ReportedStep succeeded =
        new ReportedStep(InvocationEvent.REPORTED_SUCCEEDED, null, null, "", "", false, false, 2);

    assertThat(applied(again, succeeded).after().state()).isEqualTo(SUCCEEDED);
  }

  @Test
  void laterRun_beforeTheFirstStarted_isRefused() {
    assertThat(decide(in(DISPATCHED), step(ACKNOWLEDGED), startedAgain(2)))
        .isEqualTo(new StepsDecision.Refuse(DISPATCHED, STARTED, Set.of(STARTED, LOST)));
  }

  @Test
  void cancelled_tellsWhetherItHadStarted() {
    ReportedStep unstarted = step(CANCELLED);
    ReportedStep started =
        new ReportedStep(InvocationEvent.REPORTED_CANCELLED, null, null, "", "", true, false, 1);

    assertThat(applied(in(ACKNOWLEDGED, ACKNOWLEDGED), unstarted).after().started()).isFalse();
    assertThat(applied(in(LOST), started).after().started()).isTrue();
    assertThat(applied(in(STARTED, ACKNOWLEDGED, STARTED), unstarted).after().started()).isTrue();
  }

  @Test
  void result_comesWithTheStepThatBringsIt() {
    ReportedStep succeeded =
        new ReportedStep(
            InvocationEvent.REPORTED_SUCCEEDED, null, Result.EMPTY, "", "", false, false, 1);

    assertThat(applied(in(DISPATCHED), step(ACKNOWLEDGED), step(STARTED), succeeded).result())
        .isSameAs(Result.EMPTY);
  }

  /**
   * Every state, every history that leads to it, every report of up to three steps, against a plain
   * interpreter of the rules.
   */
  @Test
  void everyShortReport_isDecidedByTheRules() {
    List<Invocation> invocations = new ArrayList<>();
    for (InvocationState state : InvocationState.values()) {
      for (List<InvocationState> taken : histories()) {
        invocations.add(in(state, taken.toArray(InvocationState[]::new)));
      }
    }
    List<List<InvocationState>> reports = new ArrayList<>();
    for (InvocationState a : REPORTABLE) {
      reports.add(List.of(a));
      for (InvocationState b : REPORTABLE) {
        reports.add(List.of(a, b));
        for (InvocationState c : REPORTABLE) {
          reports.add(List.of(a, b, c));
        }
      }
    }

    for (Invocation invocation : invocations) {
      for (List<InvocationState> report : reports) {
        StepsDecision decision =
            decide(
                invocation,
                report.stream().map(InvocationSamples::step).toArray(ReportedStep[]::new));

        assertThat(words(decision))
            .as("%s %s, reported %s", invocation.state(), invocation.taken(), report)
            .isEqualTo(interpreted(invocation, report));
      }
    }
  }

  private static List<List<InvocationState>> histories() {
    return List.of(
        List.of(),
        List.of(PREPARED),
        List.of(ACKNOWLEDGED),
        List.of(ACKNOWLEDGED, STARTED),
        List.of(ACKNOWLEDGED, STARTED, SUCCEEDED),
        List.of(ACKNOWLEDGED, REJECTED));
  }

  /** The rules once more: no table, a set of words and a state. */
  private static String interpreted(Invocation invocation, List<InvocationState> report) {
    InvocationState state = invocation.state();
    List<InvocationState> history =
        new ArrayList<>(
            Stream.of(InvocationState.values()).filter(invocation.taken()::contains).toList());
    boolean ran = invocation.started();
    boolean anything = false;
    for (InvocationState step : report) {
      if (history.contains(step)) {
        continue;
      }
      boolean legal =
          switch (step) {
            case PREPARED -> state == InvocationState.PREPARING;
            case ACKNOWLEDGED -> state == DISPATCHED || state == LOST;
            case STARTED -> state == ACKNOWLEDGED || state == LOST;
            case SUCCEEDED, FAILED, TIMED_OUT -> state == STARTED || state == LOST;
            case CANCELLED -> state == ACKNOWLEDGED || state == STARTED || state == LOST;
            case REJECTED ->
                !ran
                    && Set.of(InvocationState.PREPARING, PREPARED, DISPATCHED, ACKNOWLEDGED, LOST)
                        .contains(state);
            default -> throw new AssertionError(step);
          };
      if (!legal) {
        return "refused " + invocation.state() + " " + step;
      }
      anything = true;
      history.add(step);
      ran |= step == STARTED || step == SUCCEEDED || step == FAILED || step == TIMED_OUT;
      if (state != LOST || (step != ACKNOWLEDGED && step != STARTED)) {
        state = step;
      }
    }
    return anything ? "applied " + state + " " + ran : "repeated " + state;
  }

  private static String words(StepsDecision decision) {
    if (decision instanceof StepsDecision.Apply apply) {
      Invocation after = apply.change().after();
      return "applied " + after.state() + " " + after.started();
    }
    if (decision instanceof StepsDecision.Repeat repeat) {
      return "repeated " + repeat.state();
    }
    StepsDecision.Refuse refuse = (StepsDecision.Refuse) decision;
    return "refused " + refuse.state() + " " + refuse.reported();
  }

  private static StepsDecision decide(Invocation invocation, ReportedStep... steps) {
    return Reports.decide(invocation, List.of(steps), Driver.NODE, "r", LATER);
  }

  private static InvocationChange applied(Invocation invocation, ReportedStep... steps) {
    StepsDecision decision = decide(invocation, steps);
    assertThat(decision).isInstanceOf(StepsDecision.Apply.class);
    return ((StepsDecision.Apply) decision).change();
  }
}

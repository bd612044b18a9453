// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static dev.muster.server.invocation.InvocationSamples.NOW;
import static dev.muster.server.invocation.InvocationSamples.in;
import static dev.muster.server.invocation.InvocationSamples.startedAgain;
import static dev.muster.server.invocation.InvocationSamples.step;
import static dev.muster.server.invocation.InvocationState.ACKNOWLEDGED;
import static dev.muster.server.invocation.InvocationState.CANCELLED;
import static dev.muster.server.invocation.InvocationState.DISPATCHED;
import static dev.muster.server.invocation.InvocationState.EXPIRED;
import static dev.muster.server.invocation.InvocationState.FAILED;
import static dev.muster.server.invocation.InvocationState.LOST;
import static dev.muster.server.invocation.InvocationState.PENDING;
import static dev.muster.server.invocation.InvocationState.REJECTED;
import static dev.muster.server.invocation.InvocationState.STARTED;
import static dev.muster.server.invocation.InvocationState.SUCCEEDED;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationSamples;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.session.AgentHello.JournalItem;
import dev.muster.wire.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ReconcilerTest {
  private static final long EPOCH = 9;
  private static final byte[] OTHER_JOURNAL = {9, 9};

  // ---- What the journal does not list ----

  /** Every combination of what the proof rests on: only all of it proves. */
  @Test
  void neverReceived_isProvenByAllOfItTogether_andByNothingLess() {
    for (InvocationState state : List.of(DISPATCHED, ACKNOWLEDGED, STARTED)) {
      for (long rowEpoch : new long[] {1, 5, EPOCH - 1, EPOCH, EPOCH + 1}) {
        for (long lastEpoch : new long[] {0, 1, 4, 5, 6, EPOCH - 1, EPOCH}) {
          for (boolean sameJournal : new boolean[] {true, false}) {
            Invocation held = in(state, rowEpoch, false, taken(state));

            InvocationChange change =
                reconciler(lastEpoch, sameJournal, NOW).absent(held).orElseThrow();

            boolean proven =
                state == DISPATCHED && rowEpoch < EPOCH && lastEpoch >= rowEpoch && sameJournal;
            assertThat(change.after().state())
                .as("%s of %s, last epoch %s, %s", state, rowEpoch, lastEpoch, sameJournal)
                .isEqualTo(proven ? PENDING : LOST);
            assertThat(change.evidence())
                .extracting(HistoryEntry::reason)
                .containsExactly(proven ? "NEVER_RECEIVED" : "JOURNAL_LOST");
          }
        }
      }
    }
  }

  @Test
  void neverReceived_waitsAgainWithoutATrace_orEndsWhereeThatIsDue() {
    Invocation held = in(DISPATCHED, 5, false);

    Invocation again = proven(NOW).absent(held).orElseThrow().after();
    Invocation cancelled = proven(NOW).absent(in(DISPATCHED, 5, true)).orElseThrow().after();
    Invocation expired = proven(held.startDeadline()).absent(held).orElseThrow().after();
    Invocation both =
        proven(held.startDeadline()).absent(in(DISPATCHED, 5, true)).orElseThrow().after();

    assertThat(again.state()).isEqualTo(PENDING);
    assertThat(again.epoch()).isZero();
    assertThat(again.journalId()).isEmpty();
    assertThat(again.reportDeadline()).isNull();
    assertThat(cancelled.state()).isEqualTo(CANCELLED);
    assertThat(cancelled.started()).isFalse();
    assertThat(expired.state()).isEqualTo(EXPIRED);
    assertThat(both.state()).isEqualTo(CANCELLED);
  }

  @Test
  void lost_isHealedByProof_butNeverWhereTheNodeHasSaidAnything() {
    assertThat(after(proven(NOW).absentLost(in(LOST, 5, false)))).contains(EXPIRED);
    assertThat(after(proven(NOW).absentLost(in(LOST, 5, true)))).contains(CANCELLED);
    assertThat(proven(NOW).absentLost(in(LOST, 5, false, ACKNOWLEDGED))).isEmpty();
    assertThat(reconciler(4, true, NOW).absentLost(in(LOST, 5, false))).isEmpty();
    assertThat(reconciler(8, false, NOW).absentLost(in(LOST, 5, false))).isEmpty();
    assertThat(proven(NOW).absentLost(in(LOST, EPOCH, false))).isEmpty();
  }

  // ---- What it lists ----

  /** Everything that the server can hold against everything that an agent can list. */
  @Test
  void listed_keepsTheRules_overAllThatCanMeet() {
    for (Invocation held : everyInvocation()) {
      for (JournalItem item : everyItem()) {
        for (long lastEpoch : new long[] {0, 8}) {
          check(held, item, reconciler(lastEpoch, true, NOW));
        }
      }
    }
  }

  /** Over all that can meet: a copy starts nothing, and changes nothing else of the rules. */
  @Test
  void copiedJournal_startsNothing_andSaysNothingOfWhatHasNotBegunInIt() {
    for (Invocation before : everyInvocation()) {
      for (JournalItem item : everyItem()) {
        for (long confirmed : new long[] {0, 1, 4, 5, 6, EPOCH - 1}) {
          for (long lastEpoch : new long[] {0, 1, 4, 5, 6, EPOCH - 1}) {
            Reconciler reconciler = reconciler(EPOCH, confirmed, lastEpoch, true, NOW);
            Invocation held = marked(reconciler, before);
            check(held, item, reconciler);
            Reconciler.Verdict verdict = reconciler.listed(held, item);
            Reconciler.Verdict ofTheOriginal = reconciler(lastEpoch, true, NOW).listed(held, item);
            String what = confirmed + " confirmed, told " + lastEpoch + ": " + held + " / " + item;

            boolean open = held.state().isOutstanding();
            if (lastEpoch < confirmed && !item.hasBegun() && (open || held.state() == LOST)) {
              assertThat(verdict.verb()).as(what).isEqualTo(Directive.Verb.FORGET);
              assertThat(verdict.after(held).state())
                  .as(what)
                  .isEqualTo(open ? LOST : held.state());
              if (open) {
                assertThat(verdict.after(held).reason()).as(what).isEqualTo("JOURNAL_LOST");
              }
            } else {
              assertThat(verdict.verb()).as(what).isEqualTo(ofTheOriginal.verb());
              assertThat(verdict.after(held)).as(what).isEqualTo(ofTheOriginal.after(held));
            }
          }
        }
      }
    }
  }

  @Test
  void copiedJournal_thatWaitsToRun_isNotCancelledEither() {
    // Bug: CANCEL would have the agent say that it never ran, and it may have, from another copy.
    Reconciler reconciler = reconciler(EPOCH, 6, 5, true, NOW);
    Invocation held = marked(reconciler, in(ACKNOWLEDGED, 5, true, ACKNOWLEDGED));

    Reconciler.Verdict verdict = reconciler.listed(held, item(false, ACKNOWLEDGED));

    assertThat(verdict.after(held).state()).isEqualTo(LOST);
    assertThat(verdict.verb()).isEqualTo(Directive.Verb.FORGET);
  }

  @Test
  void markOfACopy_outlivesItsSession_andGoesWithTheWordOfWhoRanIt() {
    Reconciler copy = reconciler(EPOCH, 6, 5, true, NOW);
    Invocation held = marked(copy, in(ACKNOWLEDGED, 5, true, ACKNOWLEDGED));
    Reconciler later = reconciler(EPOCH + 1, EPOCH, EPOCH, true, NOW);
    assertThat(later.disproved(held)).isEmpty(); // It is marked.

    for (JournalItem idle :
        List.of(
            item(false, ACKNOWLEDGED),
            item(false, ACKNOWLEDGED, CANCELLED),
            item(false, ACKNOWLEDGED, REJECTED))) {
      Reconciler.Verdict verdict = later.listed(held, idle);
      assertThat(verdict.after(held).state()).isEqualTo(LOST);
      assertThat(verdict.verb()).isEqualTo(Directive.Verb.FORGET);
    }
    Invocation told = later.listed(held, item(false, ACKNOWLEDGED, STARTED, CANCELLED)).after(held);
    assertThat(told.state()).isEqualTo(CANCELLED);
    assertThat(told.started()).isTrue();
  }

  /** As the start of a session does with all that is handed over, or LOST. */
  private static Invocation marked(Reconciler reconciler, Invocation held) {
    return held.state().isOutstanding() || held.state() == LOST
        ? reconciler.disproved(held).map(InvocationChange::after).orElse(held)
        : held;
  }

  private static void check(Invocation held, JournalItem item, Reconciler reconciler) {
    Reconciler.Verdict verdict = reconciler.listed(held, item);
    Invocation after = verdict.after(held);
    String what = held.state() + " " + held.taken() + " " + held.cancelRequested() + " / " + item;

    // Never RESUME for what is unstarted and LOST or cancelled here, or has settled.
    if (verdict.verb() == Directive.Verb.RESUME) {
      assertThat(after.cancelRequested()).as(what).isFalse();
      assertThat(after.state().isOutstanding() || (after.state() == LOST && item.running()))
          .as(what)
          .isTrue();
    }
    // What runs on unsettled is told to go on or to stop, unless it is over here.
    if (after.state().isOutstanding()) {
      assertThat(verdict.verb()).as(what).isIn(Directive.Verb.RESUME, Directive.Verb.CANCEL);
      assertThat(after.epoch()).as(what).isEqualTo(EPOCH);
      assertThat(after.state()).as("received: " + what).isNotEqualTo(DISPATCHED);
    }
    if (held.state().isOutstanding() && item.outcomeUnknown() && !item.isFinished()) {
      assertThat(after.state()).as(what).isEqualTo(LOST);
      assertThat(verdict.verb()).as(what).isEqualTo(Directive.Verb.FORGET);
    }
    // Forgotten is only what has settled here, durably.
    if (verdict.verb() == Directive.Verb.FORGET) {
      assertThat(after.state().isSettled()).as(what).isTrue();
    }
    // What has settled, but LOST, stays as it is; nothing goes back to waiting.
    if (held.state().isSettled() && held.state() != LOST) {
      assertThat(verdict.change()).as(what).isNull();
    }
    if (!held.state().isWaiting()) {
      assertThat(after.state().isWaiting()).as(what).isFalse();
    }
    // REJECTED and EXPIRED never ran.
    if (after.state() == REJECTED || after.state() == EXPIRED) {
      assertThat(after.started())
          .as(what)
          .isEqualTo(held.state() == after.state() && held.started());
    }
    // What a journal has once listed cannot be proven never received later, on whatever journal.
    if (after.state().isOutstanding() || after.state() == LOST) {
      Reconciler next = reconciler(EPOCH + 3, 0, EPOCH + 2, true, NOW);
      if (after.state() == LOST) {
        assertThat(next.absentLost(after)).as(what).isEmpty();
      } else {
        assertThat(next.absent(after).orElseThrow().after().state()).as(what).isEqualTo(LOST);
      }
    }
    // A second time nothing more comes of it, but the same directive.
    if (verdict.change() != null && isCoherent(item)) {
      Reconciler.Verdict again = reconciler.listed(after, item);
      assertThat(again.after(after).state()).as("again: " + what).isEqualTo(after.state());
      assertThat(again.verb()).as("again: " + what).isEqualTo(verdict.verb());
    }
  }

  private static boolean isCoherent(JournalItem item) {
    return !item.steps().isEmpty()
        && item.steps().get(0).state() == ACKNOWLEDGED
        && !(item.outcomeUnknown() && item.isFinished());
  }

  @Test
  void finalReportInTheJournal_counts() {
    Invocation held = in(DISPATCHED, 5, false);

    Reconciler.Verdict verdict =
        proven(NOW).listed(held, item(false, ACKNOWLEDGED, STARTED, FAILED));

    assertThat(verdict.after(held).state()).isEqualTo(FAILED);
    assertThat(verdict.verb()).isEqualTo(Directive.Verb.FORGET);
  }

  @Test
  void lost_isHealedByTheJournal() {
    Invocation held = in(LOST, 5, false);

    Reconciler.Verdict verdict =
        proven(NOW).listed(held, item(false, ACKNOWLEDGED, STARTED, SUCCEEDED));

    assertThat(verdict.after(held).state()).isEqualTo(SUCCEEDED);
  }

  @Test
  void lost_thatStillRuns_goesOn_unlessACancelWasAsked() {
    assertThat(proven(NOW).listed(in(LOST, 5, false), item(true, ACKNOWLEDGED, STARTED)).verb())
        .isEqualTo(Directive.Verb.RESUME);
    assertThat(proven(NOW).listed(in(LOST, 5, true), item(true, ACKNOWLEDGED, STARTED)).verb())
        .isEqualTo(Directive.Verb.CANCEL);
  }

  @Test
  void lost_thatWaitsToRun_evenAgain_isNeverResumed() {
    assertThat(proven(NOW).listed(in(LOST, 5, false), item(false, ACKNOWLEDGED)).verb())
        .isEqualTo(Directive.Verb.CANCEL);
    assertThat(proven(NOW).listed(in(LOST, 5, false), item(false, ACKNOWLEDGED, STARTED)).verb())
        .isEqualTo(Directive.Verb.CANCEL);
  }

  @Test
  void tombstoneOfACancel_settlesWhatWasNeverExecuted() {
    Invocation held = in(DISPATCHED, 5, true);

    Reconciler.Verdict verdict = proven(NOW).listed(held, item(false, CANCELLED));

    assertThat(verdict.after(held).state()).isEqualTo(CANCELLED);
    assertThat(verdict.after(held).started()).isFalse();
  }

  @Test
  void agentThatDiedInTheRun_losesIt_withWhatTheJournalKnows() {
    Invocation held = in(DISPATCHED, 5, false);

    Reconciler.Verdict verdict =
        proven(NOW)
            .listed(
                held,
                new JournalItem(
                    held.id(), 5, List.of(step(ACKNOWLEDGED), step(STARTED)), false, true));

    Invocation after = verdict.after(held);
    assertThat(after.state()).isEqualTo(LOST);
    assertThat(after.started()).isTrue();
    assertThat(after.reason()).isEqualTo("AGENT_DIED_IN_RUN");
    assertThat(verdict.verb()).isEqualTo(Directive.Verb.FORGET);
    assertThat(requireNonNull(verdict.change()).evidence())
        .extracting(HistoryEntry::to)
        .containsExactly(ACKNOWLEDGED, STARTED, LOST);
  }

  @Test
  void journalThatForgotTheStart_isRestored_andNothingRunsFromIt() {
    // Bug: RESUME let an action run a second time on a node whose disk had been restored.
    Invocation held = in(STARTED, 5, false, ACKNOWLEDGED, STARTED);

    Reconciler.Verdict verdict = proven(NOW).listed(held, item(false, ACKNOWLEDGED));

    assertThat(verdict.after(held).state()).isEqualTo(LOST);
    assertThat(verdict.after(held).started()).isTrue();
    assertThat(verdict.verb()).isEqualTo(Directive.Verb.FORGET);
  }

  @Test
  void idempotentRunAgain_isKeptInTheHistory() {
    Invocation held = in(STARTED, 5, false, ACKNOWLEDGED, STARTED);

    Reconciler.Verdict verdict =
        proven(NOW)
            .listed(
                held,
                new JournalItem(
                    held.id(),
                    5,
                    List.of(step(ACKNOWLEDGED), step(STARTED), startedAgain(2)),
                    true,
                    false));

    assertThat(verdict.after(held).state()).isEqualTo(STARTED);
    assertThat(verdict.after(held).taken().attempt()).isEqualTo(2);
    assertThat(verdict.verb()).isEqualTo(Directive.Verb.RESUME);
  }

  // ---- Domains ----

  private static List<Invocation> everyInvocation() {
    List<Invocation> all = new ArrayList<>();
    List<InvocationState[]> histories =
        List.of(
            new InvocationState[] {},
            new InvocationState[] {ACKNOWLEDGED},
            new InvocationState[] {ACKNOWLEDGED, STARTED},
            new InvocationState[] {ACKNOWLEDGED, STARTED, SUCCEEDED},
            new InvocationState[] {ACKNOWLEDGED, REJECTED});
    for (InvocationState state : InvocationState.values()) {
      for (InvocationState[] history : histories) {
        List<InvocationState> taken = List.of(history);
        boolean possible =
            switch (state) {
              case PENDING, EXPIRED, DISPATCHED, PREPARING, PREPARED -> taken.isEmpty();
              case ACKNOWLEDGED -> taken.equals(List.of(ACKNOWLEDGED));
              case STARTED -> taken.equals(List.of(ACKNOWLEDGED, STARTED));
              case SUCCEEDED -> taken.contains(SUCCEEDED);
              case REJECTED -> taken.isEmpty() || taken.contains(REJECTED);
              case FAILED, TIMED_OUT -> taken.equals(List.of(ACKNOWLEDGED, STARTED));
              case CANCELLED, LOST -> !taken.contains(SUCCEEDED) && !taken.contains(REJECTED);
            };
        if (possible) {
          all.add(in(state, 5, false, history));
          all.add(in(state, 5, true, history));
        }
      }
    }
    return all;
  }

  private static List<JournalItem> everyItem() {
    List<JournalItem> items = new ArrayList<>();
    List<List<ReportedStep>> courses = new ArrayList<>();
    courses.add(List.of());
    courses.add(List.of(step(CANCELLED)));
    courses.add(List.of(step(REJECTED)));
    courses.add(List.of(step(SUCCEEDED)));
    courses.add(List.of(step(STARTED)));
    courses.add(List.of(step(ACKNOWLEDGED)));
    courses.add(List.of(step(ACKNOWLEDGED), step(STARTED)));
    courses.add(List.of(step(ACKNOWLEDGED), step(STARTED), startedAgain(2)));
    for (InvocationState end :
        List.of(SUCCEEDED, FAILED, InvocationState.TIMED_OUT, CANCELLED, REJECTED)) {
      courses.add(List.of(step(ACKNOWLEDGED), step(end)));
      courses.add(List.of(step(ACKNOWLEDGED), step(STARTED), step(end)));
    }
    for (List<ReportedStep> steps : courses) {
      for (boolean running : new boolean[] {false, true}) {
        for (boolean unknown : new boolean[] {false, true}) {
          items.add(new JournalItem(in(DISPATCHED).id(), 5, steps, running, unknown));
        }
      }
    }
    return items;
  }

  private static JournalItem item(boolean running, InvocationState... states) {
    return new JournalItem(
        in(DISPATCHED).id(),
        5,
        Stream.of(states).map(InvocationSamples::step).toList(),
        running,
        false);
  }

  private static InvocationState[] taken(InvocationState state) {
    return switch (state) {
      case ACKNOWLEDGED -> new InvocationState[] {ACKNOWLEDGED};
      case STARTED -> new InvocationState[] {ACKNOWLEDGED, STARTED};
      default -> new InvocationState[] {};
    };
  }

  private static Optional<InvocationState> after(Optional<InvocationChange> change) {
    return change.map(made -> made.after().state());
  }

  private static Reconciler proven(Instant now) {
    return reconciler(EPOCH - 1, true, now);
  }

  private static Reconciler reconciler(long lastEpoch, boolean sameJournal, Instant now) {
    return reconciler(EPOCH, 0, lastEpoch, sameJournal, now);
  }

  private static Reconciler reconciler(
      long epoch, long confirmed, long lastEpoch, boolean sameJournal, @Nullable Instant now) {
    AgentHello hello =
        new AgentHello(
            sameJournal ? InvocationSamples.journal() : OTHER_JOURNAL,
            lastEpoch,
            new byte[16],
            "1",
            "m",
            Map.of(),
            4,
            Sha256.of(new byte[Sha256.BYTES]),
            List.of(),
            false,
            null,
            Set.of());
    return new Reconciler(
        new ServerMoves("r"), "r", epoch, confirmed, hello, now == null ? NOW : now);
  }
}

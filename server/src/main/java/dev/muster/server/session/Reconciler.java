// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.HistoryEntry;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.Reports;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.invocation.StepsDecision;
import dev.muster.server.session.AgentHello.JournalItem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides, at the start of a session, on what the server holds against what the agent's journal
 * says. Pure.
 *
 * <p>Never received is proven only if the invocation was handed over with an epoch below this
 * session's, the journal is the one that it was handed over to, and the agent had that epoch on
 * disk: a restored disk has an older epoch and proves nothing.
 *
 * <p>A journal whose epoch is older than one that the node has confirmed is a copy, restored or
 * shown by a second machine. Nothing is started from it: what waits there may have run from another
 * copy.
 */
final class Reconciler {
  private static final ReportedStep RECEIVED =
      ReportedStep.of(InvocationEvent.REPORTED_ACKNOWLEDGED);

  private static final String RESTORED =
      "The node's journal no longer knows that it has started: it is older than that.";

  private static final String COPIED =
      "The node's journal is an older copy, and it may have run from another one.";

  private final ServerMoves moves;
  private final String replica;
  private final long epoch;
  private final byte[] journalId;
  private final long lastEpoch;
  private final boolean copied;
  private final Instant now;

  /**
   * Makes the decisions of one session's start.
   *
   * @param confirmedEpoch newest epoch that the node had confirmed before this session
   */
  Reconciler(
      ServerMoves moves,
      String replica,
      long epoch,
      long confirmedEpoch,
      AgentHello hello,
      Instant now) {
    this.moves = moves;
    this.replica = replica;
    this.epoch = epoch;
    this.journalId = hello.journalId();
    this.lastEpoch = hello.lastEpoch();
    this.copied = isCopied(hello, confirmedEpoch);
    this.now = now;
  }

  /** Returns whether a journal is older than what its node has had on disk. */
  static boolean isCopied(AgentHello hello, long confirmedEpoch) {
    return hello.lastEpoch() < confirmedEpoch;
  }

  /**
   * What becomes of one invocation.
   *
   * @param change to be written; null: none
   * @param verb for the agent
   */
  record Verdict(@Nullable InvocationChange change, Directive.Verb verb) {
    /** Returns the invocation as it becomes. */
    Invocation after(Invocation held) {
      return change == null ? held : change.after();
    }

    /** Returns the same with a further change of the invocation; null: none. */
    Verdict and(Invocation held, @Nullable InvocationChange further) {
      if (further == null) {
        return this;
      }
      return new Verdict(change == null ? further : joined(held, change, further), verb);
    }
  }

  /** Decides on an item of the journal that the server knows as this node's. */
  Verdict listed(Invocation held, JournalItem item) {
    if (item.outcomeUnknown() && held.state().isOutstanding()) {
      return new Verdict(outcomeUnknown(held, item), Directive.Verb.FORGET);
    }
    if (copied && item.isUnstarted() && !held.state().isWaiting()) {
      return unstartedInACopy(held);
    }
    StepsDecision decision = steps(held, item);
    if (decision instanceof StepsDecision.Refuse) {
      return refused(held, item);
    }
    @Nullable InvocationChange change =
        decision instanceof StepsDecision.Apply apply ? apply.change() : null;
    Invocation after = change == null ? held : change.after();
    if (after.state() == InvocationState.STARTED && hasForgotten(after, item)) {
      // The node has said that it ran, and its journal has forgotten: a restored disk, from which
      // it must not run again.
      return new Verdict(lost(after, RESTORED).orElse(null), Directive.Verb.FORGET);
    }
    Directive.Verb verb = verb(after, item);
    if (after.state().isOutstanding()
        || verb == Directive.Verb.RESUME
        || verb == Directive.Verb.CANCEL) {
      // Stamped with this epoch even where nothing else changes: a report of an older stream finds
      // an epoch that is not its own.
      change = stamped(held, change);
    }
    return new Verdict(change, verb);
  }

  /**
   * It may have run from another copy, so it must not be started from this one; nor be cancelled,
   * which the agent would answer by saying that it never ran. Nor by a later session of this one,
   * which is no older than the node by then, where the agent died before it forgot.
   */
  private Verdict unstartedInACopy(Invocation held) {
    if (held.state().isSettled() && held.state() != InvocationState.LOST) {
      return new Verdict(null, Directive.Verb.FORGET);
    }
    Verdict told = new Verdict(received(held), Directive.Verb.FORGET);
    Verdict lost = told.and(held, lost(told.after(held), COPIED).orElse(null));
    return isProofless(lost.after(held))
        ? lost
        : lost.and(held, moves.disprove(lost.after(held), now));
  }

  /** Returns whether the node's disk was seen to be older than a hand-over. */
  private static boolean isProofless(Invocation held) {
    return held.journalId().length == 0;
  }

  private static boolean hasForgotten(Invocation held, JournalItem item) {
    return held.taken().contains(InvocationState.STARTED)
        && !item.running()
        && !item.isFinished()
        && !item.hasStarted();
  }

  private Directive.Verb verb(Invocation after, JournalItem item) {
    if (after.state() == InvocationState.LOST && !item.isFinished()) {
      if (item.outcomeUnknown()
          || hasForgotten(after, item)
          || (item.isUnstarted() && isProofless(after))) {
        return Directive.Verb.FORGET;
      }
      // What does not run now, be it for the first time or again, is not to start once it counts as
      // LOST.
      return item.running() && !after.cancelRequested()
          ? Directive.Verb.RESUME
          : Directive.Verb.CANCEL;
    }
    if (after.state().isSettled()) {
      return Directive.Verb.FORGET;
    }
    return after.cancelRequested() ? Directive.Verb.CANCEL : Directive.Verb.RESUME;
  }

  /**
   * The journal tells what cannot be: nothing of it counts but that it lists the invocation, which
   * thus was received.
   */
  private Verdict refused(Invocation held, JournalItem item) {
    if (held.state().isSettled()) {
      boolean runs = item.running() && !item.isFinished();
      return new Verdict(
          held.state() == InvocationState.LOST ? received(held) : null,
          runs ? Directive.Verb.CANCEL : Directive.Verb.FORGET);
    }
    return new Verdict(
        held.state().isOutstanding() ? stamped(held, received(held)) : null, Directive.Verb.CANCEL);
  }

  private @Nullable InvocationChange received(Invocation held) {
    StepsDecision decision =
        Reports.decide(held, List.of(RECEIVED), Driver.RECONCILE, replica, now);
    return decision instanceof StepsDecision.Apply apply ? apply.change() : null;
  }

  /**
   * That the journal lists it says that it was received, whatever its steps say: nothing may prove
   * the contrary later.
   */
  private StepsDecision steps(Invocation held, JournalItem item) {
    List<ReportedStep> steps = new ArrayList<>(item.steps());
    if (steps.stream().noneMatch(step -> step.state() == InvocationState.ACKNOWLEDGED)
        && (!held.state().isSettled() || held.state() == InvocationState.LOST)) {
      steps.add(0, RECEIVED);
    }
    return Reports.decide(held, steps, Driver.RECONCILE, replica, now);
  }

  /**
   * The journal's steps count first: what it proves (acknowledged, started) is kept in the history
   * before LOST.
   */
  private @Nullable InvocationChange outcomeUnknown(Invocation held, JournalItem item) {
    StepsDecision steps = steps(held, item);
    @Nullable InvocationChange told =
        steps instanceof StepsDecision.Apply apply ? apply.change() : received(held);
    Optional<InvocationChange> lost =
        moves.settle(
            told == null ? held : told.after(),
            InvocationEvent.OUTCOME_UNKNOWN,
            Driver.RECONCILE,
            "AGENT_DIED_IN_RUN",
            "The agent died while it ran and cannot know how it ended.",
            now);
    if (lost.isEmpty() || told == null) {
      return lost.orElse(told); // Where the steps end it, the outcome is known all the same.
    }
    return joined(held, told, lost.get());
  }

  /**
   * Decides on an invocation that the server holds as handed over and the whole journal does not
   * list.
   */
  Optional<InvocationChange> absent(Invocation held) {
    if (isProvenNeverReceived(held)) {
      return neverReceived(held);
    }
    return lost(
        held, "The node's journal no longer has it, and cannot prove that it was never received.");
  }

  private Optional<InvocationChange> lost(Invocation held, String message) {
    return moves.settle(
        held, InvocationEvent.JOURNAL_LOST, Driver.RECONCILE, "JOURNAL_LOST", message, now);
  }

  /** Decides on a LOST invocation that the whole journal does not list: proof heals it. */
  Optional<InvocationChange> absentLost(Invocation lost) {
    if (!isProvenNeverReceived(lost) || lost.taken().proveReceipt()) {
      return Optional.empty();
    }
    return lost.cancelRequested()
        ? moves.settle(
            lost,
            InvocationEvent.NEVER_RECEIVED_CANCELLED,
            Driver.RECONCILE,
            "NEVER_RECEIVED",
            "",
            now)
        : moves.settle(
            lost,
            InvocationEvent.NEVER_RECEIVED_EXPIRED,
            Driver.RECONCILE,
            "NEVER_RECEIVED",
            "",
            now);
  }

  private Optional<InvocationChange> neverReceived(Invocation held) {
    if (held.cancelRequested()) {
      return moves.settle(
          held,
          InvocationEvent.NEVER_RECEIVED_CANCELLED,
          Driver.RECONCILE,
          "NEVER_RECEIVED",
          "",
          now);
    }
    if (!now.isBefore(held.startDeadline())) {
      return moves.settle(
          held,
          InvocationEvent.NEVER_RECEIVED_EXPIRED,
          Driver.RECONCILE,
          "NEVER_RECEIVED",
          "",
          now);
    }
    return moves.waitAgain(held, Driver.RECONCILE, "NEVER_RECEIVED", now);
  }

  /**
   * Takes from an invocation what could prove later that it was never received: this agent's disk
   * is older than the hand-over, and once it has this session's epoch, that can no longer be seen.
   */
  Optional<InvocationChange> disproved(Invocation held) {
    boolean provable =
        held.state() == InvocationState.DISPATCHED
            || (held.state() == InvocationState.LOST && !held.taken().proveReceipt());
    return provable && lastEpoch < held.epoch() && Arrays.equals(held.journalId(), journalId)
        ? Optional.of(moves.disprove(held, now))
        : Optional.empty();
  }

  private boolean isProvenNeverReceived(Invocation held) {
    boolean onlyHandedOver =
        held.state() == InvocationState.DISPATCHED || held.state() == InvocationState.LOST;
    return onlyHandedOver
        && held.epoch() < epoch
        && lastEpoch >= held.epoch()
        && Arrays.equals(held.journalId(), journalId);
  }

  private InvocationChange stamped(Invocation held, @Nullable InvocationChange change) {
    Invocation after = change == null ? held : change.after();
    InvocationChange resumed = moves.resume(after, epoch, now);
    return change == null ? resumed : joined(held, change, resumed);
  }

  private static InvocationChange joined(
      Invocation held, InvocationChange first, InvocationChange second) {
    List<HistoryEntry> evidence = new ArrayList<>(first.evidence());
    evidence.addAll(second.evidence());
    return new InvocationChange(held, second.after(), evidence, first.result());
  }
}

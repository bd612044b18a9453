// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.Reports;
import dev.muster.server.invocation.StepsDecision;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.report.ReportOutcome;
import dev.muster.server.session.SessionOutbound.RefusedCallback;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The callbacks of one session: decides each from what the node may hold, without a read; has the
 * store decide where memory cannot; and acknowledges, in the order in which they came, what is
 * durable. Used on the session's executor only.
 */
final class SessionCallbacks {
  private final NodeSession session;
  private final SessionLife life;
  private final SessionPulse pulse;
  private final SessionServices services;
  private final SessionOutbound out;
  private final Map<InvocationId, Invocation> held = new HashMap<>(4);
  private final Undecided undecided = new Undecided();
  private final Acknowledgements acknowledgements = new Acknowledgements();
  private boolean paced; // among those that the pace will call

  SessionCallbacks(
      NodeSession session,
      SessionLife life,
      SessionPulse pulse,
      SessionServices services,
      SessionOutbound out) {
    this.session = session;
    this.life = life;
    this.pulse = pulse;
    this.services = services;
    this.out = out;
  }

  /** Notes what the node may hold. */
  void hold(Invocation invocation) {
    held.put(invocation.id(), invocation);
  }

  /** Returns whether the node gets ready for it, or keeps room for it, as far as is known here. */
  boolean isReserved(InvocationId id) {
    @Nullable Invocation known = held.get(id);
    return known != null && known.state().isReserved();
  }

  /**
   * Forgets what is no longer outstanding; returns false where it was handed over again meanwhile.
   */
  boolean release(Invocation after) {
    @Nullable Invocation known = held.get(after.id());
    if (known != null && known.epoch() > after.epoch() && after.epoch() != 0) {
      return false;
    }
    held.remove(after.id());
    return true;
  }

  /** The node reports on an invocation. */
  void reported(long sequence, InvocationId id, List<ReportedStep> steps) {
    if (accepted(sequence)) {
      decide(sequence, id, steps);
    }
  }

  /** Refuses a callback that cannot be read: nothing of it is decided. */
  void malformed(long sequence, String id, BusException refusal) {
    if (accepted(sequence)) {
      acknowledgements.refused(new RefusedCallback(sequence, id, refusal, null, Set.of(), false));
      callbackDone();
    }
  }

  private boolean accepted(long sequence) {
    if (!life.isWelcomed()) {
      life.breach("a callback before Welcome");
      return false;
    }
    if (!acknowledgements.received(sequence)) {
      life.breach("callback " + sequence + " out of sequence");
      return false;
    }
    return true;
  }

  /** Drops all. */
  void clear() {
    held.clear();
    undecided.clear();
  }

  private void decide(long sequence, InvocationId id, List<ReportedStep> steps) {
    @Nullable Invocation known = held.get(id);
    if (known == null
        || undecided.contains(id)
        // Whether what it tells of is stored, only the store knows.
        || steps.stream().anyMatch(ReportedStep::tellsOfUpload)) {
      decideInCommit(sequence, id, steps);
      return;
    }
    StepsDecision decision =
        Reports.decide(known, steps, Driver.NODE, services.replica(), services.clock().instant());
    if (decision instanceof StepsDecision.Apply apply) {
      // What is decided next builds on this: if its row turns out different, so does that of the
      // next.
      held.put(id, apply.change().after());
      write(sequence, id, steps, apply.change());
    } else if (decision instanceof StepsDecision.Repeat) {
      acknowledgements.repeated(sequence);
      callbackDone();
    } else {
      // Memory may be behind the store, where somebody else moved the invocation: the store has the
      // last word on a refusal.
      decideInCommit(sequence, id, steps);
    }
  }

  private void write(
      long sequence, InvocationId id, List<ReportedStep> steps, InvocationChange change) {
    var unused =
        services
            .ledger()
            .change(change)
            .whenComplete(
                (hit, failure) ->
                    life.unlessEnded(
                        () -> {
                          if (failure != null) {
                            held.remove(id);
                            failed(sequence, id, steps, failure);
                          } else if (hit) {
                            acknowledgements.applied(sequence);
                            callbackDone();
                          } else {
                            held.remove(id);
                            decideInCommit(sequence, id, steps);
                          }
                        }));
  }

  private void failed(long sequence, InvocationId id, List<ReportedStep> steps, Throwable failure) {
    if (SessionFailures.unwrapped(failure) instanceof StoreException) {
      if (undecided.add(id, sequence, steps)) {
        askStoreLater(id);
      }
    } else {
      refused(sequence, id, SessionFailures.refusalOf(failure));
      callbackDone();
    }
  }

  private void decideInCommit(long sequence, InvocationId id, List<ReportedStep> steps) {
    if (undecided.add(id, sequence, steps)) {
      askStore(id);
    }
  }

  private void askStore(InvocationId id) {
    Undecided.Waiting first = undecided.first(id);
    var unused =
        services
            .reports()
            .ofSession(session.nodeId(), id, first.steps(), life.epoch())
            .whenComplete(
                (outcome, failure) ->
                    life.unlessEnded(() -> answered(id, first.sequence(), outcome, failure)));
  }

  /**
   * Not acknowledged, so the agent keeps it; and asked again here, so that it need not reconnect.
   */
  private void askStoreLater(InvocationId id) {
    var unused =
        services
            .timer()
            .schedule(
                () -> life.unlessEnded(() -> askStore(id)),
                SessionFailures.STORE_RETRY.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  private void answered(
      InvocationId id,
      long sequence,
      @Nullable ReportOutcome outcome,
      @Nullable Throwable failure) {
    if (failure != null && SessionFailures.unwrapped(failure) instanceof StoreException) {
      askStoreLater(id);
      return;
    }
    if (outcome == null) {
      refused(sequence, id, SessionFailures.refusalOf(failure));
    } else {
      decided(sequence, id, outcome);
    }
    callbackDone();
    if (undecided.remove(id, sequence)) {
      askStore(id);
    }
  }

  private void decided(long sequence, InvocationId id, ReportOutcome outcome) {
    if (outcome instanceof ReportOutcome.Applied applied) {
      acknowledgements.applied(sequence);
      if (applied.invocation().state().holdsSlot()) {
        held.put(id, applied.invocation());
      }
    } else if (outcome instanceof ReportOutcome.Repeated) {
      acknowledgements.repeated(sequence);
    } else {
      ReportOutcome.Refused refused = (ReportOutcome.Refused) outcome;
      acknowledgements.refused(
          new RefusedCallback(
              sequence,
              id.toString(),
              ReportOutcome.refusal(id, refused),
              refused.state(),
              refused.legalFrom(),
              refused.state().isSettled()));
    }
  }

  private void refused(long sequence, InvocationId id, BusException refusal) {
    boolean isFinal =
        refusal.reason() == ErrorReason.INVOCATION_NOT_FOUND
            || refusal.reason() == ErrorReason.NSK_NODE_MISMATCH;
    acknowledgements.refused(
        new RefusedCallback(sequence, id.toString(), refusal, null, Set.of(), isFinal));
  }

  private void callbackDone() {
    out.requestMore();
    if (!acknowledgements.advance()) {
      return;
    }
    if (!acknowledgements.isPlain() || !services.pace().mayWait(acknowledgements.untold())) {
      acknowledge();
    } else if (!paced) {
      paced = true;
      services.pace().add(session);
    }
  }

  /** The pace allows to acknowledge what has waited. */
  void paced() {
    paced = false;
    acknowledge();
  }

  /** Acknowledges what is decided. */
  void acknowledge() {
    acknowledgements
        .take()
        .ifPresent(
            acknowledgement -> {
              out.acknowledge(acknowledgement);
              pulse.sent();
            });
  }
}

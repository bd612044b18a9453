// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import dev.muster.server.execution.ExecutionId;
import dev.muster.server.node.NodeId;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One execution on one node, as recorded. Immutable; a change is a new one, committed through the
 * ledger.
 *
 * @param id which
 * @param executionId of which execution
 * @param nodeId on which node
 * @param ordinal position in the frozen cohort, from 0
 * @param state where it stands
 * @param taken steps that the node reported since it was last PENDING
 * @param revision the execution's revision at its last change
 * @param epoch session epoch of its hand-over, or of the session that resumed it; 0: never handed
 *     over
 * @param journalId journal of the node at hand-over; empty: never handed over, or its disk was
 *     restored since
 * @param started whether the node said that it ran
 * @param stillRunning whether its process could not be stopped
 * @param cancelRequested whether a cancel awaits the node's answer
 * @param reason code of why; empty where none
 * @param message sentence of why; empty where none
 * @param createTime when it was recorded
 * @param releaseTime when it might first be handed over
 * @param startDeadline when it expires if it was not handed over
 * @param reportDeadline when it becomes LOST without a final report; null before hand-over
 * @param settleTime when it settled; null before
 */
@SuppressWarnings("ArrayRecordComponent") // Opaque bytes of the node's journal id.
public record Invocation(
    InvocationId id,
    ExecutionId executionId,
    NodeId nodeId,
    int ordinal,
    InvocationState state,
    Steps taken,
    long revision,
    long epoch,
    byte[] journalId,
    boolean started,
    boolean stillRunning,
    boolean cancelRequested,
    String reason,
    String message,
    Instant createTime,
    Instant releaseTime,
    Instant startDeadline,
    @Nullable Instant reportDeadline,
    @Nullable Instant settleTime) {
  private static final byte[] NO_JOURNAL = {};

  /** Checks that the parts agree. */
  public Invocation {
    Objects.requireNonNull(reason);
    if (state.isSettled() != (settleTime != null)) {
      throw new IllegalArgumentException(id + ": " + state + " with settle time " + settleTime);
    }
    if (state.isOutstanding() && epoch <= 0) {
      throw new IllegalArgumentException(id + ": " + state + " without an epoch");
    }
  }

  /** Returns a new invocation that waits, and might be handed over from now on. */
  public static Invocation pending(
      InvocationId id,
      ExecutionId executionId,
      NodeId nodeId,
      int ordinal,
      Instant now,
      Instant startDeadline) {
    return pending(id, executionId, nodeId, ordinal, now, now, startDeadline);
  }

  /** Returns a new invocation that waits, and might be handed over from its release on. */
  public static Invocation pending(
      InvocationId id,
      ExecutionId executionId,
      NodeId nodeId,
      int ordinal,
      Instant now,
      Instant releaseTime,
      Instant startDeadline) {
    return new Invocation(
        id,
        executionId,
        nodeId,
        ordinal,
        InvocationState.PENDING,
        Steps.NONE,
        0,
        0,
        NO_JOURNAL,
        false,
        false,
        false,
        "",
        "",
        now,
        releaseTime,
        startDeadline,
        null,
        null);
  }

  /** Returns this one settled by the server, with the reason. */
  public Invocation settled(InvocationState to, String reason, String message, Instant now) {
    return new Invocation(
        id,
        executionId,
        nodeId,
        ordinal,
        to,
        taken,
        revision,
        epoch,
        journalId,
        started,
        stillRunning,
        cancelRequested,
        reason,
        message,
        createTime,
        releaseTime,
        startDeadline,
        reportDeadline,
        now);
  }

  /** Returns this one handed to a session for execution. */
  public Invocation handedOver(long epoch, byte[] journalId, Instant reportDeadline) {
    return new Invocation(
        id,
        executionId,
        nodeId,
        ordinal,
        InvocationState.DISPATCHED,
        taken,
        revision,
        epoch,
        journalId,
        started,
        stillRunning,
        cancelRequested,
        "",
        "",
        createTime,
        releaseTime,
        startDeadline,
        reportDeadline,
        null);
  }

  /** Returns this one handed to a session to get ready. */
  Invocation askedToPrepare(long epoch, byte[] journalId) {
    return new Invocation(
        id,
        executionId,
        nodeId,
        ordinal,
        InvocationState.PREPARING,
        Steps.NONE,
        revision,
        epoch,
        journalId,
        started,
        stillRunning,
        cancelRequested,
        "",
        "",
        createTime,
        releaseTime,
        startDeadline,
        null,
        null);
  }

  /** Returns this one waiting again: its EXECUTE never reached the node, or it is not ready. */
  public Invocation waitingAgain(String reason) {
    return new Invocation(
        id,
        executionId,
        nodeId,
        ordinal,
        InvocationState.PENDING,
        Steps.NONE,
        revision,
        0,
        NO_JOURNAL,
        started,
        stillRunning,
        cancelRequested,
        reason,
        "",
        createTime,
        releaseTime,
        startDeadline,
        null,
        null);
  }

  /** Returns this one carried on by a newer session of its node. */
  public Invocation resumedBy(long epoch) {
    return new Invocation(
        id,
        executionId,
        nodeId,
        ordinal,
        state,
        taken,
        revision,
        epoch,
        journalId,
        started,
        stillRunning,
        cancelRequested,
        reason,
        message,
        createTime,
        releaseTime,
        startDeadline,
        reportDeadline,
        settleTime);
  }

  /**
   * Returns this one without the journal that it was handed over to: nothing proves any more that
   * it never came there.
   */
  Invocation withoutProof() {
    return new Invocation(
        id,
        executionId,
        nodeId,
        ordinal,
        state,
        taken,
        revision,
        epoch,
        NO_JOURNAL,
        started,
        stillRunning,
        cancelRequested,
        reason,
        message,
        createTime,
        releaseTime,
        startDeadline,
        reportDeadline,
        settleTime);
  }

  /**
   * Returns whether it was handed over to a node of whose journal an older copy was seen since:
   * that it has not begun in one copy does not say that it has not run from another.
   */
  public boolean isUnproven() {
    return journalId.length == 0
        && epoch > 0
        && (state.isOutstanding() || state == InvocationState.LOST);
  }

  /** Returns this one with the execution's revision of its change. */
  public Invocation atRevision(long revision) {
    return new Invocation(
        id,
        executionId,
        nodeId,
        ordinal,
        state,
        taken,
        revision,
        epoch,
        journalId,
        started,
        stillRunning,
        cancelRequested,
        reason,
        message,
        createTime,
        releaseTime,
        startDeadline,
        reportDeadline,
        settleTime);
  }

  /** Returns this one with a cancel that awaits the node's answer. */
  public Invocation cancelAsked() {
    return new Invocation(
        id,
        executionId,
        nodeId,
        ordinal,
        state,
        taken,
        revision,
        epoch,
        journalId,
        started,
        stillRunning,
        true,
        reason,
        message,
        createTime,
        releaseTime,
        startDeadline,
        reportDeadline,
        settleTime);
  }

  /** Returns this one after a step that the table applied or noted. */
  Invocation after(ReportedStep step, InvocationState to, Instant now) {
    boolean ran =
        started
            || step.state() == InvocationState.STARTED
            || to.ran() == InvocationState.Ran.YES
            || (step.state() == InvocationState.CANCELLED && step.started());
    Steps steps = taken.with(step.state());
    if (step.attempt() > 1) {
      steps = steps.atAttempt(step.attempt());
    }
    boolean settles =
        to.isSettled() && !(state == InvocationState.LOST && to == InvocationState.LOST);
    return new Invocation(
        id,
        executionId,
        nodeId,
        ordinal,
        to,
        steps,
        revision,
        epoch,
        journalId,
        ran,
        step.stillRunning(),
        cancelRequested,
        settles ? step.reason() : reason,
        settles ? step.message() : message,
        createTime,
        releaseTime,
        startDeadline,
        reportDeadline,
        settles ? now : settleTime);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.invocation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Decides on what the server itself drives, by the same table. Pure. Every method returns empty
 * where the table does not allow the move.
 */
public final class ServerMoves {
  private final String replica;

  /** Makes the moves of one replica. */
  public ServerMoves(String replica) {
    this.replica = replica;
  }

  /** Hands an invocation to a session. */
  public Optional<InvocationChange> handOver(
      Invocation invocation,
      Driver driver,
      long epoch,
      byte[] journalId,
      Instant reportDeadline,
      Instant now) {
    return InvocationTransitions.target(invocation.state(), InvocationEvent.EXECUTE_HANDED_OVER)
        .map(
            to ->
                change(
                    invocation,
                    invocation.handedOver(epoch, journalId, reportDeadline),
                    driver,
                    epoch,
                    "",
                    now));
  }

  /** Asks a session to get ready for an invocation. */
  public Optional<InvocationChange> prepare(
      Invocation invocation, Driver driver, long epoch, byte[] journalId, Instant now) {
    return InvocationTransitions.target(invocation.state(), InvocationEvent.PREPARE_HANDED_OVER)
        .map(
            to ->
                change(
                    invocation,
                    invocation.askedToPrepare(epoch, journalId),
                    driver,
                    epoch,
                    "",
                    now));
  }

  /** Puts an invocation back among those that wait, whose node is not or no longer ready. */
  public Optional<InvocationChange> unready(
      Invocation invocation, Driver driver, String reason, Instant now) {
    InvocationEvent event =
        invocation.state() == InvocationState.PREPARING
            ? InvocationEvent.PREPARE_ABANDONED
            : InvocationEvent.RESERVATION_LAPSED;
    return InvocationTransitions.target(invocation.state(), event)
        .map(
            to ->
                change(
                    invocation,
                    invocation.waitingAgain(reason),
                    driver,
                    invocation.epoch(),
                    reason,
                    now));
  }

  /** Settles an invocation, with the reason. */
  public Optional<InvocationChange> settle(
      Invocation invocation,
      InvocationEvent event,
      Driver driver,
      String reason,
      String message,
      Instant now) {
    return InvocationTransitions.target(invocation.state(), event)
        .map(
            to ->
                change(
                    invocation,
                    invocation.settled(to, reason, message, now),
                    driver,
                    invocation.epoch(),
                    reason,
                    now));
  }

  /** Puts an invocation back among those that wait: its EXECUTE never reached the node. */
  public Optional<InvocationChange> waitAgain(
      Invocation invocation, Driver driver, String reason, Instant now) {
    return InvocationTransitions.target(invocation.state(), InvocationEvent.NEVER_RECEIVED)
        .map(
            to ->
                change(
                    invocation,
                    invocation.waitingAgain(reason),
                    driver,
                    invocation.epoch(),
                    reason,
                    now));
  }

  /**
   * Lets a newer session carry a PREPARED, outstanding or LOST invocation on: fences reports of the
   * older one.
   */
  public InvocationChange resume(Invocation invocation, long epoch, Instant now) {
    return change(invocation, invocation.resumedBy(epoch), Driver.RECONCILE, epoch, "RESUMED", now);
  }

  /** Notes that no journal can prove any more that an invocation was never received. */
  public InvocationChange disprove(Invocation invocation, Instant now) {
    return change(
        invocation,
        invocation.withoutProof(),
        Driver.RECONCILE,
        invocation.epoch(),
        "JOURNAL_RESTORED",
        now);
  }

  private InvocationChange change(
      Invocation before, Invocation after, Driver driver, long epoch, String reason, Instant now) {
    return new InvocationChange(
        before,
        after,
        List.of(
            new HistoryEntry(
                before.state(), after.state(), now, driver, replica, epoch, reason, null, 0)),
        null);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.error.BusException;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The way out to one agent. Called on the session's executor only, and never blocks: what the
 * stream cannot take waits in bounded lanes, control before dispatch.
 */
public interface SessionOutbound {
  /** Tells that the session stands. */
  void welcome(Welcome welcome);

  /** Tells what to do with a further page of the journal. */
  void reconcile(List<Directive> directives);

  /** Tells that the catalog is stored. */
  void catalogAck(Sha256 digest, List<ChangedAction> changes, List<RefusedAction> refused);

  /** Hands an invocation over. */
  void execute(Invocation invocation, Order order);

  /**
   * Takes an EXECUTE or a PREPARE back that has not been written to the stream; returns whether it
   * could.
   */
  boolean withdraw(InvocationId id);

  /** Tells which callbacks are decided. */
  void acknowledge(Acknowledgement acknowledgement);

  /** Asks to stop an invocation. */
  void cancel(InvocationId id, String reason, RequestedBy requestedBy, Instant expireTime);

  /** Asks to show what a run writes while it is written, or to stop that. */
  void tail(InvocationId id, boolean on);

  /** Asks to get ready for an invocation. */
  void prepare(Invocation invocation, Order order);

  /** Tells that a reservation is not needed any more. */
  void release(InvocationId id);

  /** Asks to describe an action. */
  void prepare(String requestId, String action, Instant answerBefore, RequestedBy requestedBy);

  /** Gives a sign of life. */
  void heartbeat(Instant serverTime);

  /** Sends the agent away, to connect again. */
  void reconnect(Duration after);

  /** Tells that a message was refused; the stream goes on. */
  void refuse(BusException refusal);

  /** Returns whether something waits that the stream could not take. */
  boolean isBehind();

  /** Writes what waits, as far as the stream can take it again. */
  void drain();

  /** Lets the agent send one more message. */
  void requestMore();

  /** Ends the stream as the agent asked. */
  void complete();

  /** Ends the stream. What waits in the lanes is dropped. */
  void close(BusException reason);

  /**
   * The session stands.
   *
   * @param epoch its number
   * @param nodeName name of the node
   * @param serverTime now
   * @param heartbeatInterval how often each side gives a sign of life
   * @param catalogWanted whether the server lacks the catalog
   * @param directives for the Hello's journal
   */
  record Welcome(
      long epoch,
      String nodeName,
      Instant serverTime,
      Duration heartbeatInterval,
      boolean catalogWanted,
      List<Directive> directives) {}

  /**
   * Callbacks that are decided.
   *
   * @param through highest sequence below which none is undecided
   * @param repeated those that changed nothing
   * @param refused those that were refused
   */
  record Acknowledgement(long through, List<Long> repeated, List<RefusedCallback> refused) {}

  /**
   * A refused callback.
   *
   * @param sequence which
   * @param invocationId of which invocation, as the agent wrote it
   * @param refusal why
   * @param state current state; null where not known or not this node's
   * @param legalFrom states from which it would have been legal
   * @param isFinal whether the agent forgets the invocation
   */
  record RefusedCallback(
      long sequence,
      String invocationId,
      BusException refusal,
      @Nullable InvocationState state,
      Set<InvocationState> legalFrom,
      boolean isFinal) {}

  /** An action that differs from the catalog before. */
  record ChangedAction(String action, List<String> fields) {}

  /** A refused entry of a catalog. */
  record RefusedAction(String action, String message) {}
}

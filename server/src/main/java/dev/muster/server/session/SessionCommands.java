// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.execution.Order;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ServerMoves;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What one session's node is told to do with invocations: get ready, run, stop, show what it
 * writes; and what is taken back before it was sent.
 *
 * <p>{@link #mayKeepReservations} may be called by any thread; all else is called on the session's
 * executor.
 */
final class SessionCommands {
  private final NodeSession session;
  private final SessionLife life;
  private final SessionPulse pulse;
  private final SessionCallbacks callbacks;
  private final SessionServices services;
  private final SessionOutbound out;
  private final ServerMoves moves;
  private final Set<InvocationId> expected = new HashSet<>(0); // until they are sent
  private volatile boolean preparing; // written on the session's executor, once

  SessionCommands(
      NodeSession session,
      SessionLife life,
      SessionPulse pulse,
      SessionCallbacks callbacks,
      SessionServices services,
      SessionOutbound out) {
    this.session = session;
    this.life = life;
    this.pulse = pulse;
    this.callbacks = callbacks;
    this.services = services;
    this.out = out;
    this.moves = new ServerMoves(services.replica());
  }

  /** Returns whether the node was ever asked to get ready, or said that it is. */
  boolean mayKeepReservations() {
    return preparing;
  }

  /** Notes what the node has from a session before. */
  void resume(Invocation invocation) {
    callbacks.hold(invocation);
    preparing |= invocation.state().isReserved();
  }

  /** Hands an invocation over. */
  void handOver(Invocation invocation, Order order) {
    if (life.isOpen()) {
      callbacks.hold(invocation);
      execute(invocation, order);
    }
  }

  /** Notes an invocation that is sent later. */
  void expect(Invocation invocation) {
    if (life.isOpen()) {
      callbacks.hold(invocation);
      expected.add(invocation.id());
    }
  }

  /** Sends what was expected, if it still is. */
  void handOverExpected(Invocation invocation, Order order) {
    if (expected.remove(invocation.id())) {
      execute(invocation, order);
    }
  }

  private void execute(Invocation invocation, Order order) {
    callbacks.acknowledge(); // In one write with the command.
    out.execute(invocation, order);
    tailIfWatched(invocation.id());
    pulse.sent();
  }

  /** Asks the node to get ready for an invocation. */
  void prepare(Invocation invocation, Order order) {
    if (life.isOpen()) {
      preparing = true;
      callbacks.hold(invocation);
      callbacks.acknowledge(); // In one write with the command.
      out.prepare(invocation, order);
      pulse.sent();
    } else {
      unready(); // It ended meanwhile.
    }
  }

  private void unready() {
    var unused =
        services
            .ledger()
            .submit(
                tx -> {
                  Reservations.sessionEnded(tx, moves, session.nodeId(), life.epoch());
                  return true;
                });
  }

  /**
   * Asks the node to stop an invocation; takes its EXECUTE back where that has not been written.
   */
  void cancel(Invocation invocation, Order order, String reason, RequestedBy by) {
    if (expected.remove(invocation.id()) || out.withdraw(invocation.id())) {
      withdrawn(invocation, order, reason, by);
    } else {
      life.onceWelcomed(() -> askToCancel(invocation.id(), reason, by, order));
    }
  }

  private void withdrawn(Invocation invocation, Order order, String reason, RequestedBy by) {
    Optional<InvocationChange> change =
        moves.settle(
            invocation,
            InvocationEvent.NEVER_RECEIVED_CANCELLED,
            Driver.OPERATOR,
            "WITHDRAWN",
            reason,
            services.clock().instant());
    if (change.isPresent()) {
      var unused =
          services
              .ledger()
              .change(change.get())
              .whenComplete(
                  (hit, failure) -> {
                    if (failure != null || !hit) {
                      // The row has moved, or the store is gone: the node is asked as well.
                      life.execute(() -> askToCancel(invocation.id(), reason, by, order));
                    }
                  });
    }
  }

  private void askToCancel(InvocationId id, String reason, RequestedBy by, Order order) {
    if (!life.isEnded()) {
      out.cancel(id, reason, by, order.expireTime());
      pulse.sent();
    }
  }

  /** Asks the node to show what a run writes, or to stop that; dropped where it is not welcomed. */
  void tail(InvocationId id, boolean on) {
    if (life.isWelcomed()) {
      out.tail(id, on);
      pulse.sent();
    }
  }

  /** The word may overtake the command: the agent remembers it. */
  void tailIfWatched(InvocationId id) {
    if (services.tails().isWatched(id)) {
      out.tail(id, true);
    }
  }

  /**
   * An invocation is no longer outstanding: takes back what is not needed any more. Returns false
   * where it was handed over again meanwhile.
   */
  boolean release(Invocation after) {
    boolean reserved = callbacks.isReserved(after.id());
    if (!callbacks.release(after)) {
      return false;
    }
    expected.remove(after.id());
    if (reserved && after.state() != InvocationState.REJECTED) {
      giveUpReservation(after.id());
    } else {
      var unused = out.withdraw(after.id()); // What a slot is free for takes its place.
    }
    return true;
  }

  /** Whoever moved it, the node need not keep room for it any more. */
  private void giveUpReservation(InvocationId id) {
    if (life.isWelcomed() && !out.withdraw(id)) {
      out.release(id);
      pulse.sent();
    }
  }

  /** Drops all. */
  void clear() {
    expected.clear();
  }
}

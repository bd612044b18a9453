// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far one session has come between its Hello and its end, and the executor on which all that is
 * its own happens, one step at a time. What is asked of it before Welcome can wait here.
 *
 * <p>{@link #execute}, {@link #unlessEnded}, {@link #epoch} and {@link #isEnded} may be called by
 * any thread; all else is called on the executor.
 */
final class SessionLife {
  private static final Logger log = LoggerFactory.getLogger(SessionLife.class);

  private enum Phase {
    /** Waits for Hello. */
    NEW,
    /** The start is being committed. */
    STARTING,
    /** Welcomed; pages of the journal or the confirmation are awaited. */
    WELCOMED,
    /** Invocations may be handed over. */
    OPEN,
    /** The stream has ended, or is being ended. */
    ENDED
  }

  private final NodeSession session;
  private final SessionOutbound out;
  private final SerialExecutor serial = new SerialExecutor();
  private final List<Runnable> uponWelcome = new ArrayList<>(0);
  private Phase phase = Phase.NEW;
  private volatile long epoch; // written on the executor, once
  private volatile boolean ended; // written on the executor, once

  SessionLife(NodeSession session, SessionOutbound out) {
    this.session = session;
    this.out = out;
  }

  /** Runs a task on the executor. */
  void execute(Runnable task) {
    serial.execute(task);
  }

  /** Runs a task on the executor, unless the session has ended by then. */
  void unlessEnded(Runnable task) {
    serial.execute(
        () -> {
          if (phase != Phase.ENDED) {
            task.run();
          }
        });
  }

  /** Returns the session's number; 0 before its start is committed. */
  long epoch() {
    return epoch;
  }

  /** Returns whether the stream has ended, or is being ended. */
  boolean isEnded() {
    return ended;
  }

  /** Returns whether Hello is awaited. */
  boolean isNew() {
    return phase == Phase.NEW;
  }

  /** Returns whether the start is being committed. */
  boolean isStarting() {
    return phase == Phase.STARTING;
  }

  /** Returns whether Welcome was sent, and the session does not stand yet. */
  boolean isOpening() {
    return phase == Phase.WELCOMED;
  }

  /** Returns whether Welcome was sent. */
  boolean isWelcomed() {
    return phase == Phase.WELCOMED || phase == Phase.OPEN;
  }

  /** Returns whether invocations may be handed over. */
  boolean isOpen() {
    return phase == Phase.OPEN;
  }

  /** Hello has come. */
  void start() {
    phase = Phase.STARTING;
  }

  /** The start is durable. What waits for Welcome waits until {@link #welcomed}. */
  void begin(long epoch) {
    phase = Phase.WELCOMED;
    this.epoch = epoch;
  }

  /** Welcome was sent: does what has waited for it. */
  void welcomed() {
    List<Runnable> waiting = List.copyOf(uponWelcome);
    uponWelcome.clear();
    waiting.forEach(Runnable::run);
  }

  /** Invocations may be handed over from here on. */
  void open() {
    phase = Phase.OPEN;
  }

  /** Runs a task once Welcome was sent, which is the first message that the agent gets. */
  void onceWelcomed(Runnable task) {
    if (isWelcomed()) {
      task.run();
    } else {
      uponWelcome.add(task);
    }
  }

  /** Ends the session: its agent broke the protocol. */
  void breach(String what) {
    log.warn("protocol breached node={} epoch={}: {}", session.nodeName(), epoch, what);
    end(
        BusException.of(ErrorReason.PROTOCOL_VIOLATION)
            .message("The stream broke the protocol: " + what + ".")
            .with("what", what)
            .build());
  }

  /** Ends the session and its stream, if it has not ended yet. */
  void end(BusException reason) {
    if (phase != Phase.ENDED) {
      log.info(
          "session ends node={} epoch={} reason={}", session.nodeName(), epoch, reason.reason());
      out.close(reason);
      ended();
    }
  }

  /** The stream has ended, or was ended. */
  void ended() {
    serial.assertInside();
    if (phase != Phase.ENDED) {
      phase = Phase.ENDED;
      ended = true;
      session.letGo();
      uponWelcome.clear();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static java.util.Objects.requireNonNull;

import dev.muster.server.invocation.InvocationId;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.session.AgentHello.JournalItem;
import dev.muster.server.session.SessionOutbound.Welcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one session comes to stand: Hello, the start in a commit, Welcome, further pages of the
 * journal, the confirmation of the epoch, and what waits in the journal to be started.
 *
 * <p>{@link #slots} and {@link #journalId} may be called by any thread; all else is called on the
 * session's executor.
 */
final class SessionOpening {
  private static final Logger log = LoggerFactory.getLogger(SessionOpening.class);

  private final NodeSession session;
  private final SessionLife life;
  private final SessionPulse pulse;
  private final SessionCommands commands;
  private final SessionServices services;
  private final SessionOutbound out;

  // An idle session is to be small, so what is needed no more is let go.
  private Set<InvocationId> outstanding = new HashSet<>(0); // until it opens
  private Set<InvocationId> settledEarly = new HashSet<>(0); // until it is reconciled
  private final List<InvocationId> waiting = new ArrayList<>(0); // until the epoch is durable
  private boolean journalEnded;
  private boolean confirmed;
  private boolean reconciled;
  private long confirmedBefore;
  private int strays;
  private @Nullable AgentHello hello; // until it is reconciled: facts and a journal are not small
  private volatile int slots; // written on the session's executor, once
  private volatile byte[] journalId = {}; // written on the session's executor, once

  SessionOpening(
      NodeSession session,
      SessionLife life,
      SessionPulse pulse,
      SessionCommands commands,
      SessionServices services,
      SessionOutbound out) {
    this.session = session;
    this.life = life;
    this.pulse = pulse;
    this.commands = commands;
    this.services = services;
    this.out = out;
  }

  /** Returns how many runs the node does at once; 0 before Hello. */
  int slots() {
    return slots;
  }

  /** Returns the agent's journal of this session. */
  byte[] journalId() {
    return journalId;
  }

  /** Returns whether the agent has the session's epoch on disk. */
  boolean isConfirmed() {
    return confirmed;
  }

  /** The agent opens the session. */
  void hello(AgentHello hello) {
    if (!life.isNew()) {
      life.breach("a second Hello");
      return;
    }
    life.start();
    this.hello = hello;
    journalId = hello.journalId();
    journalEnded = !hello.journalContinues();
    slots = hello.slots();
    var unused =
        services
            .ledger()
            .submit(tx -> services.start().begin(tx, session, hello))
            .whenComplete((begun, failure) -> life.execute(() -> begun(begun, failure)));
    out.requestMore();
  }

  private void begun(SessionStart.@Nullable Begun begun, @Nullable Throwable failure) {
    if (begun == null) {
      session.endSuperseded(); // It was fenced already: its agent, too, connects again.
      life.end(SessionFailures.refusalOf(failure));
      return;
    }
    if (life.isEnded()) {
      return;
    }
    life.begin(begun.epoch());
    confirmedBefore = begun.confirmedBefore();
    strays = begun.page().strays();
    waiting.addAll(begun.page().waiting());
    out.welcome(
        new Welcome(
            begun.epoch(),
            session.nodeName(),
            services.clock().instant(),
            services.heartbeatInterval(),
            begun.catalogWanted(),
            begun.page().directives()));
    begun.page().surplus().forEach(out::release);
    pulse.sent();
    // The audit has it, and a restart brings thousands.
    log.debug(
        "session begun node={} epoch={} remote={}",
        session.nodeName(),
        begun.epoch(),
        session.remoteAddress());
    if (journalEnded) {
      reconciled(begun.page());
    }
    life.welcomed();
  }

  /** The agent's journal goes on. Pages may come before Welcome: flow control bounds how many. */
  void journalPage(List<JournalItem> items, boolean continues) {
    if (life.isStarting()) {
      life.onceWelcomed(() -> reconcilePage(items, continues));
    } else {
      reconcilePage(items, continues);
    }
  }

  private void reconcilePage(List<JournalItem> items, boolean continues) {
    if (!life.isOpening() || journalEnded) {
      life.breach("a page of the journal out of turn");
      return;
    }
    journalEnded = !continues;
    AgentHello opening = requireNonNull(hello);
    var unused =
        services
            .ledger()
            .submit(
                tx ->
                    services
                        .start()
                        .continueReconcile(
                            tx, session, opening, confirmedBefore, items, !continues))
            .whenComplete(
                (page, failure) ->
                    life.unlessEnded(() -> reconciledPage(page, failure, !continues)));
  }

  private void reconciledPage(
      SessionStart.@Nullable Page page, @Nullable Throwable failure, boolean last) {
    if (page == null) {
      life.end(SessionFailures.refusalOf(failure));
      return;
    }
    strays += page.strays();
    waiting.addAll(page.waiting());
    out.reconcile(page.directives());
    pulse.sent();
    out.requestMore();
    if (last) {
      reconciled(page);
    }
  }

  private void reconciled(SessionStart.Page page) {
    page.held()
        .forEach(
            (id, invocation) -> {
              if (!settledEarly.contains(id)) {
                commands.resume(invocation);
                outstanding.add(id);
              } else if (invocation.state().isReserved()) {
                out.release(id);
              }
            });
    settledEarly = Set.of();
    hello = null;
    reconciled = true;
    openIfReady();
  }

  /** The agent has this session's epoch on disk. */
  void epochConfirmed(long epoch) {
    if (!life.isOpening() || epoch != life.epoch()) {
      life.breach("a confirmation of epoch " + epoch + " in a session of epoch " + life.epoch());
      return;
    }
    confirmed = true;
    out.requestMore();
    openIfReady();
  }

  private void openIfReady() {
    if (confirmed && reconciled) {
      life.open();
      boolean othersWait = session.credit().open(slots, outstanding.size(), strays);
      outstanding.forEach(commands::tailIfWatched);
      outstanding = Set.of();
      if (othersWait) {
        session.requestHandOver();
      }
      if (!waiting.isEmpty()) {
        resumeWaiting();
      }
    }
  }

  /**
   * What waits in the agent's journal is started only once its epoch is durable here: a copy of the
   * journal shows itself by an older one. Behind the last page, as the agent counts the answers.
   */
  private void resumeWaiting() {
    List<InvocationId> ids = List.copyOf(waiting);
    var unused =
        services
            .ledger()
            .submit(tx -> services.start().resume(tx, session, ids))
            .whenComplete(
                (directives, failure) -> life.unlessEnded(() -> resumed(directives, failure)));
  }

  private void resumed(@Nullable List<Directive> directives, @Nullable Throwable failure) {
    if (directives != null) {
      waiting.clear();
      out.reconcile(directives);
      pulse.sent();
    } else if (SessionFailures.unwrapped(requireNonNull(failure)) instanceof StoreException) {
      var unused =
          services
              .timer()
              .schedule(
                  () -> life.unlessEnded(this::resumeWaiting),
                  SessionFailures.STORE_RETRY.toMillis(),
                  TimeUnit.MILLISECONDS);
    } else {
      life.end(SessionFailures.refusalOf(failure));
    }
  }

  /**
   * An invocation is no longer outstanding, and the session is not open yet: nothing is counted
   * until it is, and what a later commit settled must not be counted then.
   */
  void released(InvocationId id, boolean stillRunning) {
    if (life.isEnded()) {
      return;
    }
    if (!reconciled) {
      settledEarly.add(id);
    } else if (outstanding.remove(id) && stillRunning) {
      strays++;
    }
  }
}

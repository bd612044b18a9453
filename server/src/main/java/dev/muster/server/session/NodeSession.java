// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static java.util.Objects.requireNonNull;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.invocation.Driver;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationChange;
import dev.muster.server.invocation.InvocationEvent;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.ledger.StoreException;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeStore.Seen;
import dev.muster.server.session.AgentHello.JournalItem;
import dev.muster.server.session.SessionOutbound.ChangedAction;
import dev.muster.server.session.SessionOutbound.RefusedAction;
import dev.muster.server.session.SessionOutbound.Welcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of one node. Holds what dies with the stream, nothing else: its epoch, what the node
 * may hold (so that a report is decided without a read), callbacks that are not yet durable, and
 * prepares that wait for an answer.
 *
 * <p>Everything happens in order on the session's serial executor; nothing in it blocks. Public
 * methods may be called by any thread.
 */
public final class NodeSession {
  private static final Logger log = LoggerFactory.getLogger(NodeSession.class);

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

  private final Node node;
  private final String remoteAddress;
  private final SessionOutbound out;
  private final SessionServices services;
  private final ServerMoves moves;
  private final SerialExecutor serial = new SerialExecutor();
  private final Credit credit = new Credit();
  private final AtomicBoolean handOverRequested = new AtomicBoolean();

  // On the serial executor only.
  private final SessionCallbacks callbacks;
  private final SessionPrepares prepares;
  private final Set<InvocationId> outstanding = new HashSet<>(0); // until it opens
  private final Set<InvocationId> settledEarly = new HashSet<>(0); // until it is reconciled
  private final List<InvocationId> waiting = new ArrayList<>(0); // until the epoch is durable
  private Phase phase = Phase.NEW;
  private final List<Runnable> uponWelcome = new ArrayList<>(0);
  private final Set<InvocationId> expected = new HashSet<>(0); // until they are sent
  private boolean journalEnded;
  private boolean confirmed;
  private boolean reconciled;
  private long confirmedBefore;
  private int strays;

  private @Nullable AgentHello hello; // until it is reconciled: facts and a journal are not small
  private volatile long epoch; // written on the serial executor, once
  private volatile boolean ended; // written on the serial executor, once
  private volatile long lastHeard; // milliseconds; written on the serial executor
  private volatile long lastSent; // milliseconds; written on the serial executor
  private volatile long behindSince; // milliseconds; 0: not; written on the serial executor
  private volatile @Nullable NodeSession superseded; // written on the ledger's threads
  private volatile int slots; // written on the serial executor, once
  private volatile byte[] journalId = {}; // written on the serial executor, once
  private volatile boolean preparing; // written on the serial executor, once

  /** Makes the session of a stream whose key was verified. */
  public NodeSession(
      Node node, String remoteAddress, SessionOutbound out, SessionServices services) {
    this.node = node;
    this.remoteAddress = remoteAddress;
    this.out = out;
    this.services = services;
    this.moves = new ServerMoves(services.replica());
    this.lastHeard = services.clock().millis();
    this.lastSent = lastHeard;
    this.callbacks = new SessionCallbacks(this, services, out);
    this.prepares = new SessionPrepares(this, out);
  }

  /** Returns whose session it is. */
  public NodeId nodeId() {
    return node.id();
  }

  /** Returns the node's name. */
  public String nodeName() {
    return node.name().toString();
  }

  /** Returns the session's number; 0 before its start is committed. */
  public long epoch() {
    return epoch;
  }

  /** Returns where the node connects from. */
  public String remoteAddress() {
    return remoteAddress;
  }

  /** Returns when the node was last heard of. */
  public Instant lastHeard() {
    return Instant.ofEpochMilli(lastHeard);
  }

  /** Returns how many runs the node does at once; 0 before Hello. */
  public int slots() {
    return slots;
  }

  /** Returns how many invocations may be handed over now. */
  public int available() {
    return credit.available();
  }

  /** Returns the agent's journal of this session. */
  public byte[] journalId() {
    return journalId;
  }

  /**
   * Says that nothing waits in the store for this node. Called by the ledger's thread, which alone
   * adds what waits.
   */
  public void noBacklog() {
    credit.noBacklog();
  }

  /** Says that the last look into the store did not count: others may wait. */
  public void backlogUnknown() {
    credit.backlogUnknown();
  }

  /** Returns whether this is still the session of this number, as far as is known here. */
  public boolean isLive(long epoch) {
    return this.epoch == epoch && !ended;
  }

  /** Returns whether invocations may be handed to it now. */
  public boolean isOpen() {
    return credit.isOpen();
  }

  /** Returns whether its node was ever asked to get ready, or said that it is. */
  public boolean mayKeepReservations() {
    return preparing;
  }

  /** Returns whether something waits for this node that no slot is free for. */
  public boolean isOverdrawn() {
    return credit.isOverdrawn();
  }

  Credit credit() {
    return credit;
  }

  boolean isEnded() {
    return ended;
  }

  /** Remembers the session that this one takes over from. On the ledger's thread. */
  void supersedes(NodeSession older) {
    superseded = older;
  }

  /** Ends the session that this one took over from. */
  void endSuperseded() {
    @Nullable NodeSession older = superseded;
    superseded = null;
    if (older != null) {
      older.close(SessionFailures.superseded(nodeId()));
    }
  }

  // ---- From the node ----

  /** The agent opens the session. */
  public void hello(AgentHello hello) {
    received(
        () -> {
          if (phase != Phase.NEW) {
            breach("a second Hello");
            return;
          }
          phase = Phase.STARTING;
          this.hello = hello;
          journalId = hello.journalId();
          journalEnded = !hello.journalContinues();
          slots = hello.slots();
          var unused =
              services
                  .ledger()
                  .submit(tx -> services.start().begin(tx, this, hello))
                  .whenComplete((begun, failure) -> serial.execute(() -> begun(begun, failure)));
          out.requestMore();
        });
  }

  private void begun(SessionStart.@Nullable Begun begun, @Nullable Throwable failure) {
    if (begun == null) {
      endSuperseded(); // It was fenced already: its agent, too, connects again.
      end(SessionFailures.refusalOf(failure));
      return;
    }
    if (phase == Phase.ENDED) {
      return;
    }
    phase = Phase.WELCOMED;
    epoch = begun.epoch();
    confirmedBefore = begun.confirmedBefore();
    strays = begun.page().strays();
    waiting.addAll(begun.page().waiting());
    out.welcome(
        new Welcome(
            epoch,
            nodeName(),
            services.clock().instant(),
            services.heartbeatInterval(),
            begun.catalogWanted(),
            begun.page().directives()));
    begun.page().surplus().forEach(out::release);
    sent();
    // The audit has it, and a restart brings thousands.
    log.debug("session begun node={} epoch={} remote={}", nodeName(), epoch, remoteAddress);
    if (journalEnded) {
      reconciled(begun.page());
    }
    List<Runnable> waiting = List.copyOf(uponWelcome);
    uponWelcome.clear();
    waiting.forEach(Runnable::run);
  }

  /** The agent's journal goes on. Pages may come before Welcome: flow control bounds how many. */
  public void journalPage(List<JournalItem> items, boolean continues) {
    received(
        () -> {
          if (phase == Phase.STARTING) {
            uponWelcome.add(() -> reconcilePage(items, continues));
          } else {
            reconcilePage(items, continues);
          }
        });
  }

  private void reconcilePage(List<JournalItem> items, boolean continues) {
    if (phase != Phase.WELCOMED || journalEnded) {
      breach("a page of the journal out of turn");
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
                        .continueReconcile(tx, this, opening, confirmedBefore, items, !continues))
            .whenComplete(
                (page, failure) -> serial.execute(() -> reconciledPage(page, failure, !continues)));
  }

  private void reconciledPage(
      SessionStart.@Nullable Page page, @Nullable Throwable failure, boolean last) {
    if (phase == Phase.ENDED) {
      return;
    }
    if (page == null) {
      end(SessionFailures.refusalOf(failure));
      return;
    }
    strays += page.strays();
    waiting.addAll(page.waiting());
    out.reconcile(page.directives());
    sent();
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
                callbacks.hold(invocation);
                outstanding.add(id);
                preparing |= invocation.state().isReserved();
              } else if (invocation.state().isReserved()) {
                out.release(id);
              }
            });
    settledEarly.clear();
    hello = null;
    reconciled = true;
    openIfReady();
  }

  /** The agent has this session's epoch on disk. */
  public void epochConfirmed(long epoch) {
    received(
        () -> {
          if (phase != Phase.WELCOMED || epoch != this.epoch) {
            breach("a confirmation of epoch " + epoch + " in a session of epoch " + this.epoch);
            return;
          }
          confirmed = true;
          out.requestMore();
          openIfReady();
        });
  }

  private void openIfReady() {
    if (confirmed && reconciled) {
      phase = Phase.OPEN;
      boolean othersWait = credit.open(slots, outstanding.size(), strays);
      outstanding.forEach(this::tailIfWatched);
      outstanding.clear();
      if (othersWait) {
        requestHandOver();
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
            .submit(tx -> services.start().resume(tx, this, ids))
            .whenComplete((directives, failure) -> unlessEnded(() -> resumed(directives, failure)));
  }

  private void resumed(@Nullable List<Directive> directives, @Nullable Throwable failure) {
    if (directives != null) {
      waiting.clear();
      out.reconcile(directives);
      sent();
    } else if (SessionFailures.unwrapped(requireNonNull(failure)) instanceof StoreException) {
      var unused =
          services
              .timer()
              .schedule(
                  () -> unlessEnded(this::resumeWaiting),
                  SessionFailures.STORE_RETRY.toMillis(),
                  TimeUnit.MILLISECONDS);
    } else {
      end(SessionFailures.refusalOf(failure));
    }
  }

  /** The agent announces its catalog, whole. */
  public void catalog(AnnouncedCatalog announced) {
    received(
        () -> {
          if (phase != Phase.WELCOMED && phase != Phase.OPEN) {
            breach("a catalog before Welcome");
            return;
          }
          CompletableFuture<CatalogIntake.Taken> taken;
          try {
            taken = services.catalogs().take(nodeId(), announced);
          } catch (RejectedExecutionException e) {
            taken = CompletableFuture.failedFuture(e);
          }
          var unused =
              taken.whenComplete(
                  (result, failure) ->
                      serial.execute(() -> catalogTaken(announced, result, failure)));
        });
  }

  private void catalogTaken(
      AnnouncedCatalog announced,
      CatalogIntake.@Nullable Taken taken,
      @Nullable Throwable failure) {
    if (phase == Phase.ENDED) {
      return;
    }
    if (taken == null) {
      // The agent announces again on its next session; until then the catalog before stands.
      out.refuse(SessionFailures.refusalOf(failure));
    } else {
      out.catalogAck(
          announced.digest(),
          taken.changes().stream()
              .map(change -> new ChangedAction(change.action(), change.fields()))
              .toList(),
          taken.refusals().stream()
              .map(refusal -> new RefusedAction(refusal.action(), refusal.message()))
              .toList());
    }
    sent();
    out.requestMore();
  }

  /**
   * A message that breaks a bound and does not breach the protocol: refused, and the stream goes
   * on.
   */
  public void malformed(BusException refusal) {
    receivedAfterHello(
        () -> {
          out.refuse(refusal);
          sent();
          out.requestMore();
        });
  }

  /** The agent broke the protocol. */
  public void breached(String what) {
    received(() -> breach(what));
  }

  /** The agent reports on an invocation. */
  public void callback(long sequence, InvocationId id, List<ReportedStep> steps) {
    received(
        () -> {
          if (accepted(sequence)) {
            callbacks.decide(sequence, id, steps);
          }
        });
  }

  /**
   * The agent reports in a form that cannot be read, or above a bound: refused, nothing changes.
   */
  public void malformedCallback(long sequence, String id, BusException refusal) {
    received(
        () -> {
          if (accepted(sequence)) {
            callbacks.malformed(sequence, id, refusal);
          }
        });
  }

  private boolean accepted(long sequence) {
    if (phase != Phase.WELCOMED && phase != Phase.OPEN) {
      breach("a callback before Welcome");
      return false;
    }
    if (!callbacks.received(sequence)) {
      breach("callback " + sequence + " out of sequence");
      return false;
    }
    return true;
  }

  /** The agent answers a prepare. */
  public void prepared(String requestId, PreparedAnswer answer) {
    receivedAfterHello(
        () -> {
          prepares.answered(requestId, answer);
          out.requestMore();
        });
  }

  /** The agent gives a sign of life. */
  public void heartbeat(int running) {
    receivedAfterHello(
        () -> {
          if (credit.running(running)) {
            requestHandOver();
          }
          out.requestMore();
        });
  }

  /** A run has written this, and the agent was asked to show it. */
  public void output(InvocationId id, boolean stderr, long offset, byte[] data) {
    receivedAfterHello(
        () -> {
          services.tails().written(nodeId(), id, stderr, offset, data);
          out.requestMore();
        });
  }

  /** A message that asks for nothing here. */
  public void ignored() {
    receivedAfterHello(out::requestMore);
  }

  /** The stream can take more. */
  public void writable() {
    serial.execute(
        () -> {
          if (phase != Phase.ENDED) {
            out.drain();
            behindSince = out.isBehind() ? services.clock().millis() : 0; // It took something.
          }
        });
  }

  /** The agent has nothing more to say: it goes. */
  public void leave() {
    serial.execute(
        () -> {
          if (phase != Phase.ENDED) {
            log.debug("session left node={} epoch={}", nodeName(), epoch);
            callbacks.acknowledge();
            out.complete();
            ended();
          }
        });
  }

  /** Ends the session if nothing was heard yet. */
  public void requireHello() {
    serial.execute(
        () -> {
          if (phase == Phase.NEW) {
            breach("no Hello");
          }
        });
  }

  /** The stream has ended. */
  public void streamEnded() {
    serial.execute(this::ended);
  }

  // ---- To the node ----

  /**
   * Hands an invocation over whose DISPATCHED is durable; its credit was taken before. Called in
   * the order of the commits.
   */
  public void handOver(Invocation invocation, Order order) {
    serial.execute(
        () -> {
          if (phase == Phase.OPEN) {
            callbacks.hold(invocation);
            execute(invocation, order);
          }
        });
  }

  /**
   * Notes an invocation whose DISPATCHED is durable and that is sent later, by {@link
   * #handOverExpected}: it is one of many. Called in the order of the commits. What is cancelled or
   * settles until then is as if it had waited in the outbox: it is not sent.
   */
  public void expect(Invocation invocation) {
    serial.execute(
        () -> {
          if (phase == Phase.OPEN) {
            callbacks.hold(invocation);
            expected.add(invocation.id());
          }
        });
  }

  /** Sends what was expected, if it still is. */
  public void handOverExpected(Invocation invocation, Order order) {
    serial.execute(
        () -> {
          if (expected.remove(invocation.id())) {
            execute(invocation, order);
          }
        });
  }

  private void execute(Invocation invocation, Order order) {
    callbacks.acknowledge(); // In one write with the command.
    out.execute(invocation, order);
    tailIfWatched(invocation.id());
    sent();
  }

  /**
   * Asks the node to get ready for an invocation whose PREPARING is durable; its credit was taken
   * before. Called in the order of the commits.
   */
  public void prepare(Invocation invocation, Order order) {
    serial.execute(
        () -> {
          if (phase == Phase.OPEN) {
            preparing = true;
            callbacks.hold(invocation);
            callbacks.acknowledge(); // In one write with the command.
            out.prepare(invocation, order);
            sent();
          } else {
            unready(); // It ended meanwhile.
          }
        });
  }

  private void unready() {
    var unused =
        services
            .ledger()
            .submit(
                tx -> {
                  Reservations.sessionEnded(tx, moves, nodeId(), epoch);
                  return true;
                });
  }

  /**
   * Asks the node to stop an invocation; takes its EXECUTE back where that has not been written.
   */
  public void cancel(Invocation invocation, Order order, String reason, RequestedBy by) {
    serial.execute(
        () -> {
          if (phase == Phase.ENDED) {
            return; // The directive of the next session says it.
          }
          if (expected.remove(invocation.id()) || out.withdraw(invocation.id())) {
            withdrawn(invocation, order, reason, by);
          } else {
            onceWelcomed(() -> askToCancel(invocation.id(), reason, by, order));
          }
        });
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
                      serial.execute(() -> askToCancel(invocation.id(), reason, by, order));
                    }
                  });
    }
  }

  private void askToCancel(InvocationId id, String reason, RequestedBy by, Order order) {
    if (phase != Phase.ENDED) {
      out.cancel(id, reason, by, order.expireTime());
      sent();
    }
  }

  /**
   * Asks the node to describe an action. Completes exceptionally with NODE_OFFLINE where the stream
   * ends first.
   */
  public CompletableFuture<PreparedAnswer> prepare(
      String action, RequestedBy by, Instant answerBefore) {
    CompletableFuture<PreparedAnswer> answer = new CompletableFuture<>();
    serial.execute(
        () -> {
          if (isWelcomed()) {
            prepares.ask(action, by, answerBefore, answer);
          } else {
            answer.completeExceptionally(SessionFailures.offline(node));
          }
        });
    return answer;
  }

  /** Asks the node to show what a run writes, or to stop that; dropped where it is not welcomed. */
  public void tail(InvocationId id, boolean on) {
    serial.execute(
        () -> {
          if (isWelcomed()) {
            out.tail(id, on);
            sent();
          }
        });
  }

  /** The word may overtake the command: the agent remembers it. */
  private void tailIfWatched(InvocationId id) {
    if (services.tails().isWatched(id)) {
      out.tail(id, true);
    }
  }

  /** Acknowledges what has waited. */
  void acknowledge() {
    unlessEnded(callbacks::paced);
  }

  /** Sends the agent away, to connect again after a while. */
  public void reconnect(Duration after) {
    serial.execute(
        () -> {
          if (phase != Phase.ENDED) {
            callbacks.acknowledge();
            onceWelcomed(() -> out.reconnect(after));
          }
        });
  }

  /** Ends the session. */
  public void close(BusException reason) {
    serial.execute(() -> end(reason));
  }

  /**
   * Gives a sign of life where one is due, and ends a session that gave none for three intervals,
   * or took nothing of what waited for it for as long: its agent has heard nothing either. Called
   * for every session, every second: does next to nothing where nothing is due.
   */
  void tick(long now) {
    if (now - lastHeard > silenceMillis()
        || now - lastSent >= intervalMillis()
        || readsNothing(now)) {
      serial.execute(() -> breathe(now));
    }
  }

  private void breathe(long now) {
    if (phase == Phase.ENDED) {
      return;
    }
    long silence = now - lastHeard;
    if (silence > silenceMillis()) {
      end(
          BusException.of(ErrorReason.HEARTBEAT_MISSED)
              .message("Nothing was heard for " + silence / 1_000 + " s.")
              .with("silence_seconds", silence / 1_000)
              .build());
    } else if (readsNothing(now)) {
      end(
          BusException.of(ErrorReason.HEARTBEAT_MISSED)
              .message("Nothing was read for " + silenceMillis() / 1_000 + " s.")
              .with("silence_seconds", silenceMillis() / 1_000)
              .with("what", "reads nothing")
              .build());
    } else if (isWelcomed() && now - lastSent >= intervalMillis()) {
      out.heartbeat(Instant.ofEpochMilli(now));
      sent();
    }
  }

  private boolean readsNothing(long now) {
    long since = behindSince;
    return since > 0 && now - since > silenceMillis();
  }

  private long intervalMillis() {
    return services.heartbeatInterval().toMillis();
  }

  private long silenceMillis() {
    return intervalMillis() * services.missedHeartbeats();
  }

  /** An invocation is no longer outstanding: by a report, or by the server. */
  void released(Invocation after) {
    serial.execute(
        () -> {
          boolean reserved = callbacks.isReserved(after.id());
          if (!callbacks.release(after)) {
            return;
          }
          expected.remove(after.id());
          if (reserved && after.state() != InvocationState.REJECTED) {
            giveUpReservation(after.id());
          } else {
            var unused = out.withdraw(after.id()); // What a slot is free for takes its place.
          }
          boolean stillRunning = after.stillRunning() && after.state() == InvocationState.TIMED_OUT;
          if (phase != Phase.OPEN) {
            releasedEarly(after.id(), stillRunning);
          } else if (credit.giveBack(stillRunning)) {
            requestHandOver();
          }
        });
  }

  /** Whoever moved it, the node need not keep room for it any more. */
  private void giveUpReservation(InvocationId id) {
    if (isWelcomed() && !out.withdraw(id)) {
      out.release(id);
      sent();
    }
  }

  /**
   * Before the session opens nothing is counted yet; what a later commit settled must not be
   * counted then.
   */
  private void releasedEarly(InvocationId id, boolean stillRunning) {
    if (!reconciled) {
      settledEarly.add(id);
    } else if (outstanding.remove(id) && stillRunning) {
      strays++;
    }
  }

  /** Gives credit back that was taken for something that was not committed. */
  void giveBack() {
    if (credit.giveBack(false)) {
      requestHandOver();
    }
  }

  /** Asks the courier for what waits; one request at a time. */
  private void requestHandOver() {
    if (handOverRequested.compareAndSet(false, true)) {
      services.handOvers().request(this);
    }
  }

  /** Called by the courier when it looks: what comes to wait from here on needs a new request. */
  public void handOverBegins() {
    handOverRequested.set(false);
  }

  // ---- On the serial executor ----

  private void received(Runnable task) {
    serial.execute(
        () -> {
          if (phase != Phase.ENDED) {
            lastHeard = services.clock().millis();
            task.run();
          }
        });
  }

  private boolean isWelcomed() {
    return phase == Phase.WELCOMED || phase == Phase.OPEN;
  }

  /** Welcome is the first message that the agent gets. */
  private void onceWelcomed(Runnable task) {
    if (isWelcomed()) {
      task.run();
    } else {
      uponWelcome.add(task);
    }
  }

  private void receivedAfterHello(Runnable task) {
    received(
        () -> {
          if (phase == Phase.NEW) {
            breach("a message before Hello");
          } else {
            task.run();
          }
        });
  }

  /** Runs a task on the session's executor, unless the session has ended by then. */
  void unlessEnded(Runnable task) {
    serial.execute(
        () -> {
          if (phase != Phase.ENDED) {
            task.run();
          }
        });
  }

  /** Notes that something was written to the stream. */
  void sent() {
    lastSent = services.clock().millis();
    if (!out.isBehind()) {
      behindSince = 0;
    } else if (behindSince == 0) {
      behindSince = lastSent;
    }
  }

  private void breach(String what) {
    log.warn("protocol breached node={} epoch={}: {}", nodeName(), epoch, what);
    end(
        BusException.of(ErrorReason.PROTOCOL_VIOLATION)
            .message("The stream broke the protocol: " + what + ".")
            .with("what", what)
            .build());
  }

  private void end(BusException reason) {
    if (phase != Phase.ENDED) {
      log.info("session ends node={} epoch={} reason={}", nodeName(), epoch, reason.reason());
      out.close(reason);
      ended();
    }
  }

  private void ended() {
    serial.assertInside();
    if (phase == Phase.ENDED) {
      return;
    }
    phase = Phase.ENDED;
    ended = true;
    credit.close();
    services.registry().detach(this);
    if (epoch > 0) {
      Seen seen = new Seen(nodeId(), lastHeard(), confirmed ? epoch : 0);
      boolean mayKeepReservations = preparing;
      var unused =
          services
              .ledger()
              .submit(
                  tx -> {
                    tx.store().nodes().recordSeen(List.of(seen));
                    if (mayKeepReservations) {
                      Reservations.sessionEnded(tx, moves, nodeId(), epoch);
                    }
                    return true;
                  });
    }
    prepares.failAll(SessionFailures.offline(node));
    callbacks.clear();
    uponWelcome.clear();
    expected.clear();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.error.BusException;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.invocation.ServerMoves;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeStore.Seen;
import dev.muster.server.session.AgentHello.JournalItem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
 * methods may be called by any thread: this class takes each call to the executor, and to the part
 * whose job it is.
 *
 * <ul>
 *   <li>{@link SessionLife}: how far the session has come, from Hello to its end
 *   <li>{@link SessionOpening}: Hello, Welcome, the journal
 *   <li>{@link SessionCallbacks}: what the node reports
 *   <li>{@link SessionCommands}: what the node is told to do with invocations
 *   <li>{@link SessionCatalog}, {@link SessionPrepares}: what the node offers, and describes
 *   <li>{@link SessionPulse}: signs of life, both ways
 * </ul>
 */
public final class NodeSession {
  private static final Logger log = LoggerFactory.getLogger(NodeSession.class);

  private final Node node;
  private final String remoteAddress;
  private final SessionOutbound out;
  private final SessionServices services;
  private final Credit credit = new Credit();
  private final AtomicBoolean handOverRequested = new AtomicBoolean();
  private final SessionLife life;
  private final SessionPulse pulse;
  private final SessionCallbacks callbacks;
  private final SessionCommands commands;
  private final SessionOpening opening;
  private final SessionPrepares prepares;
  private final SessionCatalog catalog;
  private volatile @Nullable NodeSession superseded; // written on the ledger's threads

  /** Makes the session of a stream whose key was verified. */
  public NodeSession(
      Node node, String remoteAddress, SessionOutbound out, SessionServices services) {
    this.node = node;
    this.remoteAddress = remoteAddress;
    this.out = out;
    this.services = services;
    life = new SessionLife(this, out);
    pulse = new SessionPulse(life, services, out);
    callbacks = new SessionCallbacks(this, life, pulse, services, out);
    commands = new SessionCommands(this, life, pulse, callbacks, services, out);
    opening = new SessionOpening(this, life, pulse, commands, services, out);
    prepares = new SessionPrepares(this, life, pulse, out);
    catalog = new SessionCatalog(this, life, pulse, services, out);
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
    return life.epoch();
  }

  /** Returns where the node connects from. */
  public String remoteAddress() {
    return remoteAddress;
  }

  /** Returns when the node was last heard of. */
  public Instant lastHeard() {
    return pulse.lastHeard();
  }

  /** Returns how many runs the node does at once; 0 before Hello. */
  public int slots() {
    return opening.slots();
  }

  /** Returns how many invocations may be handed over now. */
  public int available() {
    return credit.available();
  }

  /** Returns the agent's journal of this session. */
  public byte[] journalId() {
    return opening.journalId();
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
    return life.epoch() == epoch && !life.isEnded();
  }

  /** Returns whether invocations may be handed to it now. */
  public boolean isOpen() {
    return credit.isOpen();
  }

  /** Returns whether its node was ever asked to get ready, or said that it is. */
  public boolean mayKeepReservations() {
    return commands.mayKeepReservations();
  }

  /** Returns whether something waits for this node that no slot is free for. */
  public boolean isOverdrawn() {
    return credit.isOverdrawn();
  }

  Credit credit() {
    return credit;
  }

  boolean isEnded() {
    return life.isEnded();
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
    received(() -> opening.hello(hello));
  }

  /** The agent's journal goes on. */
  public void journalPage(List<JournalItem> items, boolean continues) {
    received(() -> opening.journalPage(items, continues));
  }

  /** The agent has this session's epoch on disk. */
  public void epochConfirmed(long epoch) {
    received(() -> opening.epochConfirmed(epoch));
  }

  /** The agent announces its catalog, whole. */
  public void catalog(AnnouncedCatalog announced) {
    received(() -> catalog.announced(announced));
  }

  /** The agent reports on an invocation. */
  public void callback(long sequence, InvocationId id, List<ReportedStep> steps) {
    received(() -> callbacks.reported(sequence, id, steps));
  }

  /**
   * The agent reports in a form that cannot be read, or above a bound: refused, nothing changes.
   */
  public void malformedCallback(long sequence, String id, BusException refusal) {
    received(() -> callbacks.malformed(sequence, id, refusal));
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

  /**
   * A message that breaks a bound and does not breach the protocol: refused, and the stream goes
   * on.
   */
  public void malformed(BusException refusal) {
    receivedAfterHello(
        () -> {
          out.refuse(refusal);
          pulse.sent();
          out.requestMore();
        });
  }

  /** The agent broke the protocol. */
  public void breached(String what) {
    received(() -> life.breach(what));
  }

  private void received(Runnable task) {
    life.unlessEnded(
        () -> {
          pulse.heard();
          task.run();
        });
  }

  private void receivedAfterHello(Runnable task) {
    received(
        () -> {
          if (life.isNew()) {
            life.breach("a message before Hello");
          } else {
            task.run();
          }
        });
  }

  /** The agent has nothing more to say: it goes. */
  public void leave() {
    life.unlessEnded(
        () -> {
          log.debug("session left node={} epoch={}", nodeName(), epoch());
          callbacks.acknowledge();
          out.complete();
          life.ended();
        });
  }

  /** The stream can take more. */
  public void writable() {
    life.unlessEnded(
        () -> {
          out.drain();
          pulse.drained();
        });
  }

  /** The stream has ended. */
  public void streamEnded() {
    life.execute(life::ended);
  }

  // ---- To the node ----

  /**
   * Hands an invocation over whose DISPATCHED is durable; its credit was taken before. Called in
   * the order of the commits.
   */
  public void handOver(Invocation invocation, Order order) {
    life.execute(() -> commands.handOver(invocation, order));
  }

  /**
   * Notes an invocation whose DISPATCHED is durable and that is sent later, by {@link
   * #handOverExpected}: it is one of many. Called in the order of the commits. What is cancelled or
   * settles until then is as if it had waited in the outbox: it is not sent.
   */
  public void expect(Invocation invocation) {
    life.execute(() -> commands.expect(invocation));
  }

  /** Sends what was expected, if it still is. */
  public void handOverExpected(Invocation invocation, Order order) {
    life.execute(() -> commands.handOverExpected(invocation, order));
  }

  /**
   * Asks the node to get ready for an invocation whose PREPARING is durable; its credit was taken
   * before. Called in the order of the commits.
   */
  public void prepare(Invocation invocation, Order order) {
    life.execute(() -> commands.prepare(invocation, order));
  }

  /**
   * Asks the node to stop an invocation; takes its EXECUTE back where that has not been written.
   * Where the session has ended, the directive of the next one says it.
   */
  public void cancel(Invocation invocation, Order order, String reason, RequestedBy by) {
    life.unlessEnded(() -> commands.cancel(invocation, order, reason, by));
  }

  /** Asks the node to show what a run writes, or to stop that; dropped where it is not welcomed. */
  public void tail(InvocationId id, boolean on) {
    life.execute(() -> commands.tail(id, on));
  }

  /**
   * Asks the node to describe an action. Completes exceptionally with NODE_OFFLINE where the stream
   * ends first.
   */
  public CompletableFuture<PreparedAnswer> prepare(
      String action, RequestedBy by, Instant answerBefore) {
    CompletableFuture<PreparedAnswer> answer = new CompletableFuture<>();
    life.execute(
        () -> {
          if (life.isWelcomed()) {
            prepares.ask(action, by, answerBefore, answer);
          } else {
            answer.completeExceptionally(SessionFailures.offline(node));
          }
        });
    return answer;
  }

  /** Acknowledges what has waited. */
  void acknowledge() {
    life.unlessEnded(callbacks::paced);
  }

  /** Gives a sign of life where one is due, and ends a session that gave none for too long. */
  void tick(long now) {
    pulse.tick(now);
  }

  /** Sends the agent away, to connect again after a while. */
  public void reconnect(Duration after) {
    life.unlessEnded(
        () -> {
          callbacks.acknowledge();
          life.onceWelcomed(() -> out.reconnect(after));
        });
  }

  /** Ends the session if nothing was heard yet. */
  public void requireHello() {
    life.execute(
        () -> {
          if (life.isNew()) {
            life.breach("no Hello");
          }
        });
  }

  /** Ends the session. */
  public void close(BusException reason) {
    life.execute(() -> life.end(reason));
  }

  // ---- Slots of the node ----

  /** An invocation is no longer outstanding: by a report, or by the server. */
  void released(Invocation after) {
    life.execute(
        () -> {
          if (commands.release(after)) {
            slotReleased(
                after.id(), after.stillRunning() && after.state() == InvocationState.TIMED_OUT);
          }
        });
  }

  private void slotReleased(InvocationId id, boolean stillRunning) {
    if (!life.isOpen()) {
      opening.released(id, stillRunning);
    } else if (credit.giveBack(stillRunning)) {
      requestHandOver();
    }
  }

  /** Gives credit back that was taken for something that was not committed. */
  void giveBack() {
    if (credit.giveBack(false)) {
      requestHandOver();
    }
  }

  /** Asks the courier for what waits; one request at a time. By any thread. */
  void requestHandOver() {
    if (handOverRequested.compareAndSet(false, true)) {
      services.handOvers().request(this);
    }
  }

  /** Called by the courier when it looks: what comes to wait from here on needs a new request. */
  public void handOverBegins() {
    handOverRequested.set(false);
  }

  // ---- The end ----

  /** Lets go of what dies with the stream. Called by {@link SessionLife}, once, on the executor. */
  void letGo() {
    credit.close();
    services.registry().detach(this);
    if (epoch() > 0) {
      recordEnd();
    }
    prepares.failAll(SessionFailures.offline(node));
    callbacks.clear();
    commands.clear();
  }

  private void recordEnd() {
    Seen seen = new Seen(nodeId(), lastHeard(), opening.isConfirmed() ? epoch() : 0);
    boolean mayKeepReservations = commands.mayKeepReservations();
    var unused =
        services
            .ledger()
            .submit(
                tx -> {
                  tx.store().nodes().recordSeen(List.of(seen));
                  if (mayKeepReservations) {
                    Reservations.sessionEnded(
                        tx, new ServerMoves(services.replica()), nodeId(), epoch());
                  }
                  return true;
                });
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.wire.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way out of a session under test: notes what would have been sent. May hold EXECUTEs back, as
 * a stream that is not ready does.
 */
final class RecordingOutbound implements SessionOutbound {
  /** Words for what was sent, in order. */
  final List<String> sent = new ArrayList<>();

  final List<Acknowledgement> acknowledgements = new ArrayList<>();
  final List<Welcome> welcomes = new ArrayList<>();
  final List<Invocation> executed = new ArrayList<>();
  final List<Invocation> prepared = new ArrayList<>();
  final List<InvocationId> released = new ArrayList<>();
  final List<InvocationId> cancelled = new ArrayList<>();
  final List<Directive> directives = new ArrayList<>();
  private final Map<InvocationId, Invocation> waiting = new LinkedHashMap<>();
  private @Nullable BusException closed;
  private boolean blocked;
  private boolean stuck;
  private int requested;
  private Consumer<Invocation> onExecute = invocation -> {};

  /** Lets EXECUTEs wait in the outbox. */
  synchronized void block() {
    blocked = true;
  }

  synchronized void onExecute(Consumer<Invocation> listener) {
    onExecute = listener;
  }

  synchronized List<String> sent() {
    return List.copyOf(sent);
  }

  synchronized int requested() {
    return requested;
  }

  synchronized Optional<ErrorReason> closedWith() {
    return Optional.ofNullable(closed).map(BusException::reason);
  }

  synchronized Acknowledgement lastAcknowledgement() {
    return acknowledgements.get(acknowledgements.size() - 1);
  }

  @Override
  public synchronized void welcome(Welcome welcome) {
    welcomes.add(welcome);
    directives.addAll(welcome.directives());
    sent.add("WELCOME " + welcome.epoch());
  }

  @Override
  public synchronized void reconcile(List<Directive> more) {
    directives.addAll(more);
    sent.add("RECONCILE " + more.size());
  }

  @Override
  public synchronized void catalogAck(
      Sha256 digest, List<ChangedAction> changes, List<RefusedAction> refused) {
    sent.add("CATALOG_ACK");
  }

  @Override
  public synchronized void execute(Invocation invocation, Order order) {
    if (blocked) {
      waiting.put(invocation.id(), invocation);
    } else {
      executed.add(invocation);
      sent.add("EXECUTE");
      onExecute.accept(invocation);
    }
  }

  @Override
  public synchronized void prepare(Invocation invocation, Order order) {
    prepared.add(invocation);
    sent.add("PREPARE");
  }

  @Override
  public synchronized void release(InvocationId id) {
    released.add(id);
    sent.add("RELEASE");
  }

  @Override
  public synchronized boolean withdraw(InvocationId id) {
    return waiting.remove(id) != null;
  }

  @Override
  public synchronized void acknowledge(Acknowledgement acknowledgement) {
    acknowledgements.add(acknowledgement);
    sent.add("ACK " + acknowledgement.through());
  }

  @Override
  public synchronized void cancel(
      InvocationId id, String reason, RequestedBy requestedBy, Instant expireTime) {
    cancelled.add(id);
    sent.add("CANCEL");
  }

  @Override
  public synchronized void prepare(
      String requestId, String action, Instant answerBefore, RequestedBy requestedBy) {
    sent.add("PREPARE " + requestId);
  }

  @Override
  public synchronized void tail(InvocationId id, boolean on) {
    sent.add("TAIL " + (on ? "on" : "off"));
  }

  @Override
  public synchronized void heartbeat(Instant serverTime) {
    sent.add("HEARTBEAT");
  }

  @Override
  public synchronized void reconnect(Duration after) {
    sent.add("RECONNECT");
  }

  @Override
  public synchronized void refuse(BusException refusal) {
    sent.add("REFUSAL " + refusal.reason());
  }

  /** Lets one EXECUTE through, as a stream does that has just a little room. */
  synchronized void takeOne() {
    InvocationId first = waiting.keySet().iterator().next();
    executed.add(java.util.Objects.requireNonNull(waiting.remove(first)));
  }

  /** Lets nothing through any more, whatever becomes writable. */
  synchronized void block(boolean forGood) {
    blocked = true;
    stuck = forGood;
  }

  @Override
  public synchronized boolean isBehind() {
    return !waiting.isEmpty();
  }

  @Override
  public synchronized void drain() {
    if (stuck) {
      return;
    }
    blocked = false;
    waiting
        .values()
        .forEach(
            invocation -> {
              executed.add(invocation);
              sent.add("EXECUTE");
            });
    waiting.clear();
  }

  @Override
  public synchronized void requestMore() {
    requested++;
  }

  @Override
  public synchronized void complete() {
    sent.add("COMPLETED");
  }

  @Override
  public synchronized void close(BusException reason) {
    closed = reason;
    sent.add("CLOSED " + reason.reason());
  }
}

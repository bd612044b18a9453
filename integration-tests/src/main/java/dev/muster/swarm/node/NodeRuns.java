// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Cancel;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.ExecutionOrder;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The journal of one node, in memory, and its runs: each invocation runs at most once, surplus ones
 * wait for a slot, and an entry is kept until the server has its final report. Confined to the
 * event loop.
 */
final class NodeRuns {
  /** How long the first steps of a run wait for its result: as long as an agent's do. */
  static final long REPORT_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

  private final NodeParts parts;
  private final SwarmNode node;
  private final Map<UUID, Run> journal = new LinkedHashMap<>(2);
  private final Reservations reservations = new Reservations();
  private int running;
  private int waiting;

  NodeRuns(NodeParts parts, SwarmNode node) {
    this.parts = parts;
    this.node = node;
  }

  Reservations reservations() {
    return reservations;
  }

  /** Returns how many runs go on. */
  int running() {
    return running;
  }

  /** Returns what the journal holds, oldest first. */
  Collection<Run> journal() {
    return journal.values();
  }

  /** Returns whether an invocation is known here, or was. */
  boolean isKnown(UUID id) {
    return journal.containsKey(id) || parts.spent.contains(id);
  }

  /** A new stream begins: what waits is held until the server has said what is to become of it. */
  void beginStream() {
    reservations.beginStream();
    for (Run run : journal.values()) {
      run.undirected = true;
      run.held = run.phase == Run.Phase.WAITING;
    }
  }

  // ---- Commands ----

  /** Takes a command; one that is known changes nothing. */
  void execute(Execute execute) {
    Optional<UUID> parsed = uuid(execute.getInvocationId());
    if (parsed.isEmpty()) {
      return;
    }
    UUID id = parsed.get();
    if (isKnown(id)) {
      parts.counters.repeats++;
      return;
    }
    if (reservations.isReleased(id)) { // A CANCEL has overtaken it.
      bury(execute.getInvocationId(), id, "");
      return;
    }
    ExecutionOrder order;
    try {
      order = parts.orders.read(execute.getOrder());
    } catch (InvalidProtocolBufferException e) {
      settleNew(
          entry(execute.getInvocationId(), id, execute.getEpoch()),
          parts.steps.rejected("COMMAND_MALFORMED", "The order cannot be read."));
      return;
    }
    if (!order.getAction().equals(NodeCatalog.ACTION)) {
      reservations.giveUp(id);
      settleNew(
          entry(execute.getInvocationId(), id, execute.getEpoch()),
          parts.steps.rejected(
              "ACTION_NOT_DECLARED", "This node does not declare " + order.getAction() + "."));
      return;
    }
    Run run =
        new Run(
            this,
            execute.getInvocationId(),
            id,
            execute.getEpoch(),
            execute.getStartBefore(),
            Orders.timeoutNanos(order));
    run.steps.add(parts.steps.acknowledged());
    journal.put(id, run);
    waiting++;
    if (!tryStart(run)) {
      run.reportSoon(parts.wheel, REPORT_DELAY_NANOS);
    }
  }

  /** Stops an invocation, or makes sure that it never starts. */
  void cancel(Cancel cancel) {
    Optional<UUID> id = uuid(cancel.getInvocationId());
    if (id.isEmpty()) {
      return;
    }
    Run run = journal.get(id.get());
    if (run != null) {
      cancel(run, cancel.getReason());
    } else if (!parts.spent.contains(id.get()) && !reservations.release(id.get())) {
      bury(cancel.getInvocationId(), id.get(), cancel.getReason());
    }
  }

  /** Makes sure that an invocation whose EXECUTE has not come, or comes too late, never starts. */
  private void bury(String text, UUID id, String reason) {
    Run buried = entry(text, id, 0);
    buried.steps.add(parts.steps.acknowledged());
    settleNew(buried, parts.steps.cancelledBeforeStart(reason));
  }

  private void cancel(Run run, String reason) {
    switch (run.phase) {
      case WAITING -> settle(run, parts.steps.cancelledBeforeStart(reason));
      case RUNNING ->
          settle(
              run,
              parts.steps.cancelledInRun(
                  reason, parts.answers.cutShort("CANCELLED", "The run was cancelled.")));
      case OVER -> report(run);
    }
  }

  /** Does what the server decided about an entry of the journal. */
  void direct(Run run, DirectiveVerb verb, int stepsTold) {
    run.undirected = false;
    run.held = false;
    run.sent = 0;
    run.acknowledged = 0;
    switch (verb) {
      case DIRECTIVE_VERB_RESUME -> {
        if (run.phase != Run.Phase.OVER) {
          run.acknowledged = stepsTold;
          run.sent = stepsTold;
        }
        report(run);
      }
      case DIRECTIVE_VERB_CANCEL -> cancel(run, "Cancelled while the node was away.");
      case DIRECTIVE_VERB_FORGET -> forget(run);
      case DIRECTIVE_VERB_REPORT, DIRECTIVE_VERB_UNSPECIFIED, UNRECOGNIZED -> report(run);
    }
  }

  // ---- Runs ----

  /** Starts what can be started. */
  void startWaiting() {
    if (waiting > 0) {
      for (Run run : List.copyOf(journal.values())) {
        if (run.phase == Run.Phase.WAITING && !run.held && !tryStart(run)) {
          return;
        }
      }
    }
  }

  /** Starts it, or settles what can never start; false where it has to wait on. */
  private boolean tryStart(Run run) {
    long now = parts.serverTime.nowMillis();
    if (now > run.startBeforeMillis) {
      reservations.giveUp(run.uuid);
      settle(
          run,
          parts.steps.rejected("START_TOO_LATE", "By the server's time it is too late to start."));
      return true;
    }
    if (running + reservations.keptForOthers(run.uuid, now) >= parts.slots) {
      return false;
    }
    reservations.giveUp(run.uuid);
    begin(run);
    return true;
  }

  private void begin(Run run) {
    waiting--;
    running++;
    run.phase = Run.Phase.RUNNING;
    run.steps.add(parts.steps.started());
    parts.counters.executes++;
    long delay = parts.answers.nextDelayNanos();
    if (delay <= run.timeoutNanos) {
      run.outcome = parts.answers.next();
    }
    if (delay == 0) {
      ended(run);
      return;
    }
    run.endAfter(parts.wheel, Math.min(delay, run.timeoutNanos));
    if (delay > REPORT_DELAY_NANOS) {
      run.reportSoon(parts.wheel, REPORT_DELAY_NANOS);
    }
  }

  /** A run has come to its end by itself. */
  void ended(Run run) {
    settle(
        run,
        run.outcome != null
            ? parts.steps.finished(run.outcome)
            : parts.steps.timedOut(
                parts.answers.cutShort("RUN_TIMEOUT", "The run took longer than it may.")));
    startWaiting();
  }

  private void settleNew(Run run, CallbackStep last) {
    journal.put(run.uuid, run);
    waiting++;
    settle(run, last);
  }

  private void settle(Run run, CallbackStep last) {
    leavePhase(run);
    run.steps.add(last);
    report(run);
  }

  private void leavePhase(Run run) {
    switch (run.phase) {
      case WAITING -> waiting--;
      case RUNNING -> running--;
      case OVER -> {}
    }
    run.phase = Run.Phase.OVER;
    run.stopTimers(parts.wheel);
  }

  // ---- Reports ----

  /** There is something to tell. */
  void report(Run run) {
    node.report(run);
  }

  /** The server has more of it. */
  void acknowledged(Run run) {
    if (run.phase == Run.Phase.OVER && run.acknowledged == run.steps.size()) {
      forget(run);
    }
  }

  /** The server wants to hear nothing more of it; it never runs again. */
  void forget(Run run) {
    boolean wasRunning = run.phase == Run.Phase.RUNNING;
    if (run.phase == Run.Phase.OVER) {
      parts.counters.acknowledged++;
    }
    leavePhase(run);
    journal.remove(run.uuid);
    parts.spent.add(run.uuid);
    // Nothing more is told of it.
    run.sent = run.steps.size();
    if (wasRunning) {
      startWaiting();
    }
  }

  private Run entry(String id, UUID uuid, long epoch) {
    return new Run(this, id, uuid, epoch, Timestamp.getDefaultInstance(), 0);
  }

  /** Returns the id that this text is; empty if it is no UUID in its usual form. */
  static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

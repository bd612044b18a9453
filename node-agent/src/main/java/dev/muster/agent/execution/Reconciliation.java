// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.journal.Journal;
import dev.muster.agent.journal.JournalEntry;
import dev.muster.agent.journal.JournalSnapshot;
import dev.muster.agent.journal.Phase;
import dev.muster.agent.loop.Loop;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.Reservation;
import dev.muster.wire.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the agent and the server to one view of what is in the journal: after a death of the
 * agent, and with each new stream. Confined to the loop.
 */
final class Reconciliation {
  private static final Logger log = LoggerFactory.getLogger(Reconciliation.class);

  private final Loop loop;
  private final Journal journal;
  private final ServerClock clock;
  private final Slots slots;
  private final Invocations invocations;
  private final RunQueue queue;
  private final Reports reports;
  private final Settlement settlement;
  private final OutputUploads uploads;

  Reconciliation(
      Loop loop,
      Journal journal,
      ServerClock clock,
      Slots slots,
      Invocations invocations,
      RunQueue queue,
      Reports reports,
      Settlement settlement,
      OutputUploads uploads) {
    this.loop = loop;
    this.journal = journal;
    this.clock = clock;
    this.slots = slots;
    this.invocations = invocations;
    this.queue = queue;
    this.reports = reports;
    this.settlement = settlement;
    this.uploads = uploads;
  }

  /** Takes up what an earlier run of the agent left in the journal. */
  void recover(Survivors survivors) throws IOException {
    List<JournalEntry> entries = journal.entries();
    boolean ended =
        survivors.end(entries.stream().flatMap(e -> Recovery.survivors(e).stream()).toList());
    for (JournalEntry entry : entries) {
      JournalEntry now = Recovery.afterDeath(entry, ended, loop.wallTime());
      if (!now.equals(entry)) {
        journal.update(now);
        log.atWarn()
            .addKeyValue("invocation", now.id())
            .log("The agent died in this run; it is {} now.", now.phase());
      }
      Invocation invocation = new Invocation(now);
      invocations.add(invocation);
      if (now.phase() == Phase.SETTLED) {
        uploads.settled(invocation);
      }
      if (now.phase() == Phase.ACCEPTED) {
        waitAgain(invocation);
      }
    }
  }

  private void waitAgain(Invocation invocation) {
    try {
      invocation.command =
          Command.parse(invocation.id, Execute.parseFrom(invocation.entry.execute()));
      invocation.held = true;
      queue.add(invocation);
    } catch (InvalidProtocolBufferException e) {
      settlement.settle(
          invocation, FinalStep.rejected("COMMAND_MALFORMED", "The order cannot be read."));
    }
  }

  /** Opens a new stream, and returns what it tells. */
  StreamStart beginStream() {
    JournalSnapshot snapshot = journal.beginStream();
    invocations.dropUnjournaled();
    queue.hold();
    List<dev.muster.proto.agent.v1.JournalEntry> told = new ArrayList<>();
    for (JournalEntry entry : snapshot.entries()) {
      invocations.find(entry.id()).map(Reconciliation::tell).ifPresent(told::add);
    }
    return new StreamStart(
        snapshot.generation(), journal.id(), snapshot.lastEpoch(), told, reservations());
  }

  /** What is in memory may be ahead of the disk by a STARTED. */
  private static dev.muster.proto.agent.v1.JournalEntry tell(Invocation invocation) {
    return dev.muster.proto.agent.v1.JournalEntry.newBuilder()
        .setInvocationId(invocation.id.toString())
        .setEpoch(invocation.entry.epoch())
        .addAllSteps(invocation.tellableOfJournal())
        .setRunning(invocation.isRunning())
        .build();
  }

  private List<Reservation> reservations() {
    return clock
        .now()
        .map(now -> slots.reservations(now).stream().map(Reconciliation::toProto).toList())
        .orElse(List.of());
  }

  private static Reservation toProto(Slots.Reserved reserved) {
    return Reservation.newBuilder()
        .setInvocationId(reserved.id().toString())
        .setLapseTime(WireTimes.timestamp(reserved.lapseTime()))
        .build();
  }

  /** Does what the server decided about an entry of the journal. */
  void direct(long generation, Invocation invocation, DirectiveVerb verb, int stepsTold) {
    InvocationId id = invocation.id;
    switch (verb) {
      case DIRECTIVE_VERB_RESUME -> {
        invocation.held = false;
        invocation.acknowledgedSteps = invocation.isOver() ? 0 : stepsTold;
        reports.now(id);
      }
      case DIRECTIVE_VERB_CANCEL -> {
        invocation.acknowledgedSteps = 0;
        queue.stop(invocation, "Cancelled while the node was away.", Limits.DEFAULT_CANCEL_GRACE);
      }
      case DIRECTIVE_VERB_FORGET -> forget(generation, invocation);
      case DIRECTIVE_VERB_REPORT, DIRECTIVE_VERB_UNSPECIFIED, UNRECOGNIZED -> {
        invocation.acknowledgedSteps = 0;
        reports.now(id);
      }
    }
  }

  /** The server wants to hear nothing more of this. */
  void forget(long generation, Invocation invocation) {
    queue.remove(invocation);
    invocation.forgotten = true;
    invocations.forget(generation, List.of(invocation));
  }
}

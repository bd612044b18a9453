// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.ByteString;
import dev.muster.agent.journal.Acceptance;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.journal.Journal;
import dev.muster.agent.journal.JournalEntry;
import dev.muster.agent.journal.Phase;
import dev.muster.agent.loop.Loop;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.type.v1.InvocationState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes new invocations down, once each; those that the journal has no room for are reported and
 * no more. Confined to the loop.
 */
final class Intake {
  private static final Logger log = LoggerFactory.getLogger(Intake.class);
  private static final int MOST_UNJOURNALED = 256;
  private static final Duration UNTOLD_EXPIRY = Duration.ofDays(7);

  private final Loop loop;
  private final Journal journal;
  private final ServerClock clock;
  private final Invocations invocations;
  private final Reports reports;
  private final Steps steps;

  Intake(
      Loop loop,
      Journal journal,
      ServerClock clock,
      Invocations invocations,
      Reports reports,
      Steps steps) {
    this.loop = loop;
    this.journal = journal;
    this.clock = clock;
    this.invocations = invocations;
    this.reports = reports;
    this.steps = steps;
  }

  /** Tells whether a new invocation of this id would be stored. */
  Acceptance check(long generation, InvocationId id) {
    Acceptance acceptance = journal.check(generation, id);
    return acceptance == Acceptance.ACCEPTED && invocations.contains(id)
        ? Acceptance.KNOWN
        : acceptance;
  }

  /** Stores a new invocation; whether it is here to stay. */
  boolean store(long generation, Invocation invocation) {
    Acceptance acceptance;
    try {
      acceptance = journal.accept(generation, invocation.entry);
    } catch (IOException e) {
      log.atError().addKeyValue("invocation", invocation.id).setCause(e).log("Not stored.");
      reportOnly(
          invocation.id,
          FinalStep.rejected("JOURNAL_UNWRITABLE", "The node cannot write its journal."));
      return false;
    }
    if (acceptance != Acceptance.ACCEPTED) {
      return false;
    }
    invocations.add(invocation);
    if (invocation.isOver()) {
      reports.now(invocation.id);
    }
    return true;
  }

  /** Stores an invocation that is over before it began. */
  void storeSettled(long generation, JournalEntry entry, CallbackStep.Builder last) {
    store(generation, new Invocation(over(entry, last)));
  }

  /**
   * Reports what is not in the journal. Should the report be lost, so is the invocation: then the
   * server may take it for never received, which is as true.
   */
  void reportOnly(InvocationId id, CallbackStep.Builder last) {
    if (invocations.countUnjournaled() < MOST_UNJOURNALED && !invocations.contains(id)) {
      JournalEntry entry = entry(id, 0, untoldExpiry(), false, ByteString.EMPTY);
      Invocation invocation = new Invocation(over(entry, last));
      invocation.journaled = false;
      invocations.add(invocation);
      reports.now(id);
    }
  }

  /**
   * Returns an entry with its final step. A cancel before the start follows an acknowledgement: it
   * says that the node knows of the invocation, and only after it is CANCELLED a legal report.
   */
  private JournalEntry over(JournalEntry entry, CallbackStep.Builder last) {
    JournalEntry known =
        last.getState() == InvocationState.INVOCATION_STATE_CANCELLED
            ? entry.with(steps.acknowledged())
            : entry;
    return known.settled(steps.timed(last));
  }

  /** Returns the entry of a new invocation, the next in order. */
  JournalEntry entry(
      InvocationId id, long epoch, Instant expireTime, boolean idempotent, ByteString execute) {
    return new JournalEntry(
        id,
        journal.nextOrdinal(),
        epoch,
        expireTime,
        Phase.ACCEPTED,
        1,
        idempotent,
        "",
        Optional.empty(),
        execute,
        List.of());
  }

  /** Returns the end of an execution of which nobody told the end, in server time. */
  Instant untoldExpiry() {
    return clock.now().orElse(loop.wallTime()).plus(UNTOLD_EXPIRY);
  }
}

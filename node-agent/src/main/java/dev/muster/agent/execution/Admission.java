// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.agent.catalog.Catalog;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.execution.StartGate.Start;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.journal.JournalEntry;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Execute;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of an EXECUTE: it starts, waits, is refused, or is no news. Whatever is
 * decided is on disk before it is told. Confined to the loop.
 */
final class Admission {
  private static final Logger log = LoggerFactory.getLogger(Admission.class);

  private final Supplier<Catalog> catalog;
  private final Slots slots;
  private final Intake intake;
  private final RunQueue queue;
  private final Reports reports;
  private final Steps steps;

  Admission(
      Supplier<Catalog> catalog,
      Slots slots,
      Intake intake,
      RunQueue queue,
      Reports reports,
      Steps steps) {
    this.catalog = catalog;
    this.slots = slots;
    this.intake = intake;
    this.queue = queue;
    this.reports = reports;
    this.steps = steps;
  }

  /** Takes a command, or answers why not. A repeated one changes nothing. */
  void execute(long generation, InvocationId id, Execute execute) {
    switch (intake.check(generation, id)) {
      case STALE -> log.atInfo().addKeyValue("invocation", id).log("EXECUTE of an old stream.");
      case SPENT -> log.atWarn().addKeyValue("invocation", id).log("EXECUTE of a spent id.");
      case KNOWN -> reports.now(id);
      case FULL -> {
        slots.giveUp(id);
        intake.reportOnly(
            id, FinalStep.rejected("JOURNAL_FULL", "The node's journal has no room."));
      }
      case ACCEPTED -> accept(generation, id, execute);
    }
  }

  private void accept(long generation, InvocationId id, Execute execute) {
    Command command;
    try {
      command = Command.parse(id, execute);
    } catch (InvalidProtocolBufferException e) {
      log.atError().addKeyValue("invocation", id).log("An EXECUTE's order cannot be read.");
      intake.storeSettled(
          generation,
          intake.entry(id, execute.getEpoch(), intake.untoldExpiry(), false, ByteString.EMPTY),
          FinalStep.rejected("COMMAND_MALFORMED", "The order cannot be read."));
      return;
    }
    Optional<CatalogEntry> action = catalog.get().find(command.order().getAction());
    boolean idempotent = action.map(a -> a.declaration().getIdempotent()).orElse(false);
    JournalEntry entry =
        intake.entry(
            id,
            command.epoch(),
            command.expireTime(intake.untoldExpiry()),
            idempotent,
            command.wire());
    Optional<CallbackStep.Builder> refusal = refusal(command, action);
    if (refusal.isPresent()) {
      slots.giveUp(id);
      intake.storeSettled(generation, entry, refusal.get());
      return;
    }
    Invocation invocation = new Invocation(entry.with(steps.acknowledged()));
    invocation.command = command;
    startOrWait(generation, invocation);
  }

  /** What starts at once is written down once, as starting. */
  private void startOrWait(long generation, Invocation invocation) {
    Start start = queue.offer(invocation);
    if (!intake.store(generation, invocation)) {
      slots.release(invocation.id);
      return;
    }
    reports.soon(invocation);
    switch (start) {
      case STARTS -> queue.launch(invocation);
      case WAITS -> queue.add(invocation);
      case SETTLED -> {}
    }
  }

  private static Optional<CallbackStep.Builder> refusal(
      Command command, Optional<CatalogEntry> action) {
    String name = command.order().getAction();
    if (action.isEmpty()) {
      return Optional.of(
          FinalStep.rejected("ACTION_NOT_DECLARED", "This node does not declare " + name + "."));
    }
    if (!action.get().declaration().getEnabled()) {
      return Optional.of(
          FinalStep.rejected("ACTION_DISABLED", name + " is switched off on this node."));
    }
    return InputCheck.violations(action.get(), command.order().getInputJson())
        .map(violations -> FinalStep.rejected("INPUT_INVALID", violations));
  }
}

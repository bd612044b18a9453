// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.catalog.Catalog;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.catalog.Outcome;
import dev.muster.proto.type.v1.Output;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** Decides whether an invocation may start now: in time, declared, and with a slot. */
final class StartGate {
  private final Supplier<Catalog> catalog;
  private final Slots slots;
  private final Settlement settlement;

  /** What was decided. */
  enum Start {
    /** It has its slot. */
    STARTS,
    /** No slot is free for it. */
    WAITS,
    /** It can never start, and is settled. */
    SETTLED
  }

  StartGate(Supplier<Catalog> catalog, Slots slots, Settlement settlement) {
    this.catalog = catalog;
    this.slots = slots;
    this.settlement = settlement;
  }

  /** Takes a slot, or settles what can never start. */
  Start tryStart(Invocation invocation, Instant serverTime) {
    Command command = Objects.requireNonNull(invocation.command);
    Optional<CatalogEntry> action = catalog.get().find(command.order().getAction());
    boolean first = invocation.entry.attempt() == 1;
    if (action.isEmpty()) {
      return refuse(
          invocation, "ACTION_NOT_DECLARED", "This node does not declare the action any more.");
    }
    if (first && serverTime.isAfter(command.startBefore())) {
      return refuse(
          invocation,
          "START_TOO_LATE",
          "It is "
              + serverTime
              + " by the server; start was allowed until "
              + command.startBefore()
              + ".");
    }
    invocation.action = action.get();
    return slots.tryTake(invocation.id, action.get().declaration().getExclusiveGroup(), serverTime)
        ? Start.STARTS
        : Start.WAITS;
  }

  private Start refuse(Invocation invocation, String code, String message) {
    slots.giveUp(invocation.id);
    if (invocation.entry.attempt() > 1) {
      // It has run before, so it cannot count as refused.
      settlement.settle(
          invocation,
          FinalStep.of(
              new Outcome.NotStarted(code, message),
              Optional.empty(),
              true,
              Output.getDefaultInstance(),
              Output.getDefaultInstance()));
    } else {
      settlement.settle(invocation, FinalStep.rejected(code, message));
    }
    return Start.SETTLED;
  }
}

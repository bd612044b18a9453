// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.ByteString;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.journal.Journal;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Cancel;
import java.io.IOException;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that an invocation which is cancelled before its EXECUTE came never starts: it is
 * written down as cancelled, or, where the journal is full, its id as spent. Confined to the loop.
 */
final class Tombstones {
  private static final Logger log = LoggerFactory.getLogger(Tombstones.class);

  private final Journal journal;
  private final Slots slots;
  private final Intake intake;

  Tombstones(Journal journal, Slots slots, Intake intake) {
    this.journal = journal;
    this.slots = slots;
    this.intake = intake;
  }

  /** Cancels an invocation that is not known here. */
  void bury(long generation, InvocationId id, Cancel cancel) {
    slots.giveUp(id);
    Instant expireTime =
        cancel.hasExpireTime() ? WireTimes.instant(cancel.getExpireTime()) : intake.untoldExpiry();
    CallbackStep.Builder step = FinalStep.cancelledBeforeStart(cancel.getReason());
    switch (intake.check(generation, id)) {
      case STALE, SPENT, KNOWN ->
          log.atDebug().addKeyValue("invocation", id).log("CANCEL passed over.");
      case FULL -> {
        try {
          journal.spend(id, expireTime);
          intake.reportOnly(id, step);
        } catch (IOException e) {
          log.atError().addKeyValue("invocation", id).setCause(e).log("A CANCEL cannot be stored.");
        }
      }
      case ACCEPTED ->
          intake.storeSettled(
              generation, intake.entry(id, 0, expireTime, false, ByteString.EMPTY), step);
    }
  }
}

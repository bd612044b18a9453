// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.execution.StartGate.Start;
import dev.muster.agent.execution.StopSignal.Cause;
import dev.muster.agent.execution.StopSignal.Stop;
import dev.muster.agent.journal.Journal;
import dev.muster.agent.journal.JournalEntry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for a slot, in order, and the way from there to a run. A start is on disk before it
 * begins. Confined to the loop.
 */
final class RunQueue {
  private static final Logger log = LoggerFactory.getLogger(RunQueue.class);
  private static final int MARKER_BYTES = 16;

  private final Journal journal;
  private final ServerClock clock;
  private final Slots slots;
  private final StartGate gate;
  private final RunLauncher launcher;
  private final RunLauncher.Watcher watcher;
  private final Settlement settlement;
  private final Reports reports;
  private final SecureRandom random;
  private final Set<Invocation> waiting = new LinkedHashSet<>();
  private boolean closed;

  RunQueue(
      Journal journal,
      ServerClock clock,
      Slots slots,
      StartGate gate,
      RunLauncher launcher,
      RunLauncher.Watcher watcher,
      Settlement settlement,
      Reports reports,
      SecureRandom random) {
    this.journal = journal;
    this.clock = clock;
    this.slots = slots;
    this.gate = gate;
    this.launcher = launcher;
    this.watcher = watcher;
    this.settlement = settlement;
    this.reports = reports;
    this.random = random;
  }

  /**
   * Takes a slot for a new invocation, if it can start at once. Then it stands as starting, so that
   * storing it for the first time writes both down, and {@link #launch} is to follow.
   */
  Start offer(Invocation invocation) {
    Optional<Instant> serverTime = clock.now();
    boolean mayStart = !closed && serverTime.isPresent();
    Start start = mayStart ? gate.tryStart(invocation, serverTime.get()) : Start.WAITS;
    if (start == Start.STARTS) {
      invocation.entry = invocation.entry.starting(newMarker());
    }
    return start;
  }

  /** Begins a run whose slot is taken and whose start is on disk. */
  void launch(Invocation invocation) {
    invocation.run =
        launcher.launch(
            invocation,
            Objects.requireNonNull(invocation.command),
            Objects.requireNonNull(invocation.action),
            watcher);
  }

  /** Puts an invocation at the end. */
  void add(Invocation invocation) {
    waiting.add(invocation);
  }

  /** Takes an invocation out; whether it waited. */
  boolean remove(Invocation invocation) {
    return waiting.remove(invocation);
  }

  /** Keeps all that waits from starting until the server has said what is to become of it. */
  void hold() {
    waiting.forEach(invocation -> invocation.held = true);
  }

  /** Starts nothing more. */
  void close() {
    closed = true;
  }

  /** Starts what can be started. */
  void startWaiting() {
    Optional<Instant> serverTime = clock.now();
    if (closed || serverTime.isEmpty()) {
      return;
    }
    for (Iterator<Invocation> i = waiting.iterator(); i.hasNext(); ) {
      Invocation invocation = i.next();
      if (invocation.held) {
        continue;
      }
      Start start = gate.tryStart(invocation, serverTime.get());
      if (start != Start.WAITS) {
        i.remove();
      }
      if (start == Start.STARTS) {
        begin(invocation);
      }
    }
  }

  /** Stops an invocation on request, be it running or waiting; its state is told in any case. */
  void stop(Invocation invocation, String reason, Duration grace) {
    LiveRun run = invocation.run;
    if (run != null) {
      run.signal().stop(new Stop(Cause.CANCEL, reason, grace));
    }
    if (waiting.remove(invocation)) {
      // A second attempt that does not start has started before.
      settlement.settle(
          invocation,
          FinalStep.cancelledBeforeStart(reason).setStarted(invocation.entry.attempt() > 1));
    } else {
      reports.now(invocation.id);
    }
  }

  private void begin(Invocation invocation) {
    JournalEntry starting = invocation.entry.starting(newMarker());
    try {
      journal.update(starting);
    } catch (IOException e) {
      log.atError().addKeyValue("invocation", invocation.id).setCause(e).log("Not started.");
      slots.release(invocation.id);
      settlement.settle(
          invocation,
          FinalStep.rejected("JOURNAL_UNWRITABLE", "The node cannot write its journal."));
      return;
    }
    invocation.entry = starting;
    launch(invocation);
    reports.soon(invocation);
  }

  private String newMarker() {
    byte[] marker = new byte[MARKER_BYTES];
    random.nextBytes(marker);
    return HexFormat.of().formatHex(marker);
  }
}

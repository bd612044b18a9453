// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.catalog.Catalog;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.journal.Journal;
import dev.muster.agent.loop.Loop;
import dev.muster.agent.output.OutputFolder;
import dev.muster.proto.agent.v1.Cancel;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.agent.v1.PrepareResult;
import dev.muster.proto.agent.v1.Tail;
import dev.muster.wire.Limits;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes commands, runs each at most once, and knows what is to be reported of them.
 *
 * <p>The order is always: journal, then act. A command is on disk before it is acknowledged, its
 * start before it begins, its result before it is reported, and its id among the spent before it is
 * forgotten. Confined to the loop.
 *
 * <p>This is the door; the work is done behind it. {@link Admission} decides about an EXECUTE,
 * {@link RunQueue} starts it, {@link RunOutcomes} sees it end, {@link Reports} knows what is to be
 * told, {@link Reconciliation} takes up the journal again.
 */
public final class InvocationRunner {
  private static final Logger log = LoggerFactory.getLogger(InvocationRunner.class);

  private final Slots slots;
  private final OutputFolder outputs;
  private final Invocations invocations;
  private final Reports reports;
  private final RunQueue queue;
  private final Admission admission;
  private final Tombstones tombstones;
  private final PrepareDesk prepareDesk;
  private final Readiness readiness;
  private final Intake intake;
  private final Reconciliation reconciliation;
  private final OutputTail outputTail;
  private final OutputUploads uploads;
  private final Shutdown shutdown;

  /** Makes a runner; {@link #recover} comes first. */
  public InvocationRunner(
      Loop loop,
      Journal journal,
      ServerClock clock,
      Supplier<Catalog> catalog,
      Workers workers,
      Slots slots,
      RunSettings settings,
      Uplink uplink,
      SecureRandom random,
      OutputFolder outputs) {
    Steps steps = new Steps(loop);
    this.slots = slots;
    this.outputs = outputs;
    invocations = new Invocations(loop, journal, this::onGone);
    reports = new Reports(loop, settings.reportDelay(), uplink, invocations);
    outputTail = new OutputTail(loop, uplink);
    uploads = new OutputUploads(loop, outputs, reports);
    shutdown = new Shutdown(loop, settings.stopGrace(), invocations, slots);
    Settlement settlement = new Settlement(invocations, reports, uploads, steps);
    queue =
        new RunQueue(
            journal,
            clock,
            slots,
            new StartGate(catalog, slots, settlement),
            new RunLauncher(loop, workers, settings, outputs, outputTail),
            new RunOutcomes(
                invocations, reports, settlement, steps, slots, uplink, this::onSlotFree),
            settlement,
            reports,
            random);
    prepareDesk = new PrepareDesk(loop, clock, catalog, workers, slots);
    readiness = new Readiness(prepareDesk, slots, uplink, steps);
    intake = new Intake(loop, journal, clock, invocations, reports, steps);
    admission = new Admission(catalog, slots, intake, queue, reports, steps);
    tombstones = new Tombstones(journal, slots, intake);
    reconciliation =
        new Reconciliation(
            loop, journal, clock, slots, invocations, queue, reports, settlement, uploads);
  }

  private void onGone(Invocation invocation) {
    uploads.forgotten(invocation);
    outputTail.ended(invocation.id);
  }

  private void onSlotFree() {
    queue.startWaiting();
    shutdown.runEnded();
  }

  /**
   * Takes up what an earlier run of the agent left in the journal. What had begun is ended first,
   * then it counts as a run without an end, or waits to run again where that is harmless.
   *
   * @throws IOException if the journal cannot be written
   */
  public void recover(Survivors survivors) throws IOException {
    reconciliation.recover(survivors);
    outputs.deleteAllBut(invocations.withLargeOutput());
  }

  /**
   * Opens a new stream: refuses what comes from older ones, and holds what has not begun until the
   * server has said what is to become of it.
   */
  public StreamStart beginStream() {
    readiness.beginStream();
    uploads.sessionOver();
    outputTail.beginStream(invocations.runs());
    return reconciliation.beginStream();
  }

  /** Takes a command, or answers why not. A repeated one changes nothing. */
  public void execute(long generation, Execute execute) {
    InvocationId.parse(execute.getInvocationId())
        .ifPresentOrElse(
            id -> execute(generation, id, execute),
            () -> log.error("An EXECUTE without an invocation's id was dropped."));
  }

  private void execute(long generation, InvocationId id, Execute execute) {
    if (readiness.isReleased(id)) { // A CANCEL has overtaken it.
      tombstones.bury(generation, id, Cancel.getDefaultInstance());
      return;
    }
    readiness.comes(id);
    admission.execute(generation, id, execute);
  }

  /**
   * Gets ready for an invocation, which is reported as a callback; or describes an action to an
   * operator, which is answered once.
   */
  public void prepare(long generation, Prepare prepare, Consumer<PrepareResult> answer) {
    if (prepare.getInvocationId().isEmpty()) {
      prepareDesk.prepare(prepare, answer);
      return;
    }
    InvocationId.parse(prepare.getInvocationId())
        .ifPresentOrElse(
            id -> prepare(generation, id, prepare),
            () -> log.error("A PREPARE with a malformed invocation's id was dropped."));
  }

  private void prepare(long generation, InvocationId id, Prepare prepare) {
    switch (intake.check(generation, id)) {
      case STALE, SPENT ->
          log.atWarn().addKeyValue("invocation", id).log("PREPARE of what is over was dropped.");
      case KNOWN -> reports.now(id);
      case FULL, ACCEPTED -> readiness.prepare(id, prepare);
    }
  }

  /**
   * Stops an invocation, or makes sure that it never starts; gives up what was got ready for it.
   */
  public void cancel(long generation, Cancel cancel) {
    InvocationId.parse(cancel.getInvocationId())
        .ifPresentOrElse(
            id -> cancel(generation, id, cancel),
            () -> log.error("A CANCEL without an invocation's id was dropped."));
  }

  private void cancel(long generation, InvocationId id, Cancel cancel) {
    Duration grace =
        cancel.hasGrace() ? WireTimes.duration(cancel.getGrace()) : Limits.DEFAULT_CANCEL_GRACE;
    invocations
        .find(id)
        .ifPresentOrElse(
            known -> queue.stop(known, cancel.getReason(), clamp(grace)),
            () -> {
              if (readiness.release(id)) {
                queue.startWaiting();
              } else {
                tombstones.bury(generation, id, cancel);
              }
            });
  }

  /**
   * Does what the server decided about an entry of the journal.
   *
   * @param stepsTold how many of its steps the server has from the journal
   */
  public void direct(long generation, InvocationId id, DirectiveVerb verb, int stepsTold) {
    invocations
        .find(id)
        .ifPresent(invocation -> reconciliation.direct(generation, invocation, verb, stepsTold));
  }

  /** Returns what is to be told of an invocation; empty if the server knows all. */
  public Optional<Report> pending(InvocationId id) {
    return reports.pending(id).or(() -> readiness.pending(id));
  }

  /** The server has these many steps of each of these, durably. */
  public void acknowledged(long generation, Map<InvocationId, Integer> stepsThrough) {
    readiness.told(stepsThrough.keySet());
    reports.acknowledged(generation, stepsThrough);
  }

  /** The server will never take another report of this. */
  public void refusedForGood(long generation, InvocationId id) {
    readiness.told(Set.of(id));
    slots.giveUp(id);
    invocations.find(id).ifPresent(invocation -> reconciliation.forget(generation, invocation));
  }

  /** The server does not have output of which a report told that it was sent. */
  public void outputMissing(InvocationId id) {
    invocations.find(id).ifPresent(uploads::missing);
  }

  /** A session stands; empty: its server takes no uploads. */
  public void sessionStands(Optional<UploadLine> line) {
    uploads.sessionStands(line);
  }

  /** The session has ended. */
  public void sessionOver() {
    uploads.sessionOver();
  }

  /** Returns whether output is being sent that a report waits for. */
  public boolean isUploading() {
    return uploads.isBusy();
  }

  /** Starts what can be started: call it when the server's time was measured or slots changed. */
  public void startWaiting() {
    queue.startWaiting();
  }

  /** Shows a run's output to the server while it is written, or stops doing so. */
  public void tail(Tail tail) {
    InvocationId.parse(tail.getInvocationId()).ifPresent(id -> tail(id, tail.getOn()));
  }

  private void tail(InvocationId id, boolean on) {
    outputTail.tail(id, on);
    invocations
        .find(id)
        .flatMap(invocation -> Optional.ofNullable(invocation.run))
        .ifPresent(run -> outputTail.show(id, run));
  }

  /** Returns how many runs go on. */
  public int running() {
    return slots.running();
  }

  /** Returns whether an invocation is known here, or was. */
  boolean isKnown(InvocationId id) {
    return invocations.contains(id);
  }

  /**
   * Starts nothing more. Runs that go on have the grace to end by themselves and are stopped then.
   *
   * @param onQuiet called once, when nothing runs any more or nothing more can be done
   */
  public void close(Duration grace, Runnable onQuiet) {
    queue.close();
    shutdown.begin(grace, onQuiet);
  }

  private static Duration clamp(Duration grace) {
    Duration positive = grace.isNegative() ? Duration.ZERO : grace;
    return positive.compareTo(Limits.MAX_CANCEL_GRACE) > 0 ? Limits.MAX_CANCEL_GRACE : positive;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.agent.catalog.Catalog;
import dev.muster.agent.catalog.CatalogEntry;
import dev.muster.agent.catalog.Outcome;
import dev.muster.agent.execution.StopSignal.Cause;
import dev.muster.agent.execution.StopSignal.Stop;
import dev.muster.agent.journal.Acceptance;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.journal.Journal;
import dev.muster.agent.journal.JournalEntry;
import dev.muster.agent.journal.JournalSnapshot;
import dev.muster.agent.journal.Phase;
import dev.muster.agent.loop.Loop;
import dev.muster.agent.process.ProcessMark;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Cancel;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.OutputChunk;
import dev.muster.proto.agent.v1.Progress;
import dev.muster.proto.agent.v1.Reservation;
import dev.muster.proto.agent.v1.Tail;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.wire.Limits;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes commands, runs each at most once, and knows what is to be reported of them.
 *
 * <p>The order is always: journal, then act. A command is on disk before it is acknowledged, its
 * start before it begins, its result before it is reported, and its id among the spent before it is
 * forgotten. Confined to the loop.
 */
public final class InvocationRunner {
  private static final Logger log = LoggerFactory.getLogger(InvocationRunner.class);
  private static final int MOST_UNJOURNALED = 256;
  private static final int CHUNK_BYTES = 16 << 10;
  private static final Duration UNTOLD_EXPIRY = Duration.ofDays(7);
  private static final Duration SAVE_AGAIN = Duration.ofSeconds(5);
  private static final Duration SHUTDOWN_MARGIN = Duration.ofSeconds(2);

  private final Loop loop;
  private final Journal journal;
  private final ServerClock clock;
  private final Supplier<Catalog> catalog;
  private final RunLauncher launcher;
  private final Slots slots;
  private final RunSettings settings;
  private final Uplink uplink;
  private final SecureRandom random;
  private final RunEvents runEvents = new RunEvents();

  private final Map<InvocationId, Invocation> invocations = new LinkedHashMap<>();
  private final Set<Invocation> waiting = new LinkedHashSet<>();
  private boolean closed;
  private @Nullable Runnable onQuiet;

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
      SecureRandom random) {
    this.loop = loop;
    this.journal = journal;
    this.clock = clock;
    this.catalog = catalog;
    this.launcher = new RunLauncher(loop, workers, settings);
    this.slots = slots;
    this.settings = settings;
    this.uplink = uplink;
    this.random = random;
  }

  /**
   * Takes up what an earlier run of the agent left in the journal. What had begun is ended first,
   * then it counts as a run without an end, or waits to run again where that is harmless.
   *
   * @throws IOException if the journal cannot be written
   */
  public void recover(Survivors survivors) throws IOException {
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
      invocations.put(now.id(), invocation);
      if (now.phase() == Phase.ACCEPTED) {
        takeUp(invocation);
      }
    }
  }

  // What the session asks for.

  /**
   * Opens a new stream: refuses what comes from older ones, and holds what has not begun until the
   * server has said what is to become of it.
   */
  public StreamStart beginStream() {
    JournalSnapshot snapshot = journal.beginStream();
    invocations.values().removeIf(invocation -> !invocation.journaled);
    waiting.forEach(invocation -> invocation.held = true);
    List<dev.muster.proto.agent.v1.JournalEntry> told = new ArrayList<>();
    for (JournalEntry entry : snapshot.entries()) {
      Invocation invocation = invocations.get(entry.id());
      if (invocation != null) {
        told.add(
            dev.muster.proto.agent.v1.JournalEntry.newBuilder()
                .setInvocationId(entry.id().toString())
                .setEpoch(entry.epoch())
                // What is in memory may be ahead of the disk by a STARTED.
                .addAllSteps(invocation.entry.steps())
                .setRunning(invocation.isRunning())
                .build());
      }
    }
    return new StreamStart(
        snapshot.generation(), journal.id(), snapshot.lastEpoch(), told, reservations());
  }

  /** Takes a command, or answers why not. A repeated one changes nothing. */
  public void execute(long generation, Execute execute) {
    Optional<InvocationId> parsed = InvocationId.parse(execute.getInvocationId());
    if (parsed.isEmpty()) {
      log.error("An EXECUTE without an invocation's id was dropped.");
      return;
    }
    InvocationId id = parsed.get();
    switch (check(generation, id)) {
      case STALE -> log.atInfo().addKeyValue("invocation", id).log("EXECUTE of an old stream.");
      case SPENT -> log.atWarn().addKeyValue("invocation", id).log("EXECUTE of a spent id.");
      case KNOWN -> uplink.report(id);
      case FULL ->
          reportOnly(id, FinalStep.rejected("JOURNAL_FULL", "The node's journal has no room."));
      case ACCEPTED -> accept(generation, id, execute);
    }
  }

  /** Stops an invocation, or makes sure that it never starts. */
  public void cancel(long generation, Cancel cancel) {
    Optional<InvocationId> parsed = InvocationId.parse(cancel.getInvocationId());
    if (parsed.isEmpty()) {
      log.error("A CANCEL without an invocation's id was dropped.");
      return;
    }
    InvocationId id = parsed.get();
    Duration grace =
        cancel.hasGrace() ? WireTimes.duration(cancel.getGrace()) : Limits.DEFAULT_CANCEL_GRACE;
    Invocation known = invocations.get(id);
    if (known != null) {
      stop(known, cancel.getReason(), clamp(grace));
    } else {
      buryUnknown(generation, id, cancel);
    }
  }

  /**
   * Does what the server decided about an entry of the journal.
   *
   * @param stepsTold how many of its steps the server has from the journal
   */
  public void direct(
      long generation,
      InvocationId id,
      dev.muster.proto.agent.v1.DirectiveVerb verb,
      int stepsTold) {
    Invocation invocation = invocations.get(id);
    if (invocation == null) {
      return;
    }
    switch (verb) {
      case DIRECTIVE_VERB_RESUME -> {
        invocation.held = false;
        invocation.acknowledgedSteps = invocation.isOver() ? 0 : stepsTold;
        uplink.report(id);
      }
      case DIRECTIVE_VERB_CANCEL -> {
        invocation.acknowledgedSteps = 0;
        stop(invocation, "Cancelled while the node was away.", Limits.DEFAULT_CANCEL_GRACE);
      }
      case DIRECTIVE_VERB_FORGET -> {
        waiting.remove(invocation);
        invocation.forgotten = true;
        forget(generation, List.of(invocation));
      }
      case DIRECTIVE_VERB_REPORT, DIRECTIVE_VERB_UNSPECIFIED, UNRECOGNIZED -> {
        invocation.acknowledgedSteps = 0;
        uplink.report(id);
      }
    }
  }

  /** Returns what is to be told of an invocation; empty if the server knows all. */
  public Optional<Report> pending(InvocationId id) {
    Invocation invocation = invocations.get(id);
    if (invocation == null || invocation.forgotten) {
      return Optional.empty();
    }
    List<CallbackStep> steps = invocation.entry.steps();
    int from = Math.min(invocation.acknowledgedSteps, steps.size());
    return from == steps.size()
        ? Optional.empty()
        : Optional.of(new Report(steps.subList(from, steps.size()), steps.size()));
  }

  /** The server has these many steps of each of these, durably. */
  public void acknowledged(long generation, Map<InvocationId, Integer> stepsThrough) {
    List<Invocation> done = new ArrayList<>();
    stepsThrough.forEach(
        (id, through) -> {
          Invocation invocation = invocations.get(id);
          if (invocation != null) {
            invocation.acknowledgedSteps = Math.max(invocation.acknowledgedSteps, through);
            done.add(invocation);
          }
        });
    forget(generation, done);
  }

  /** The server will never take another report of this. */
  public void refusedForGood(long generation, InvocationId id) {
    Invocation invocation = invocations.get(id);
    if (invocation != null) {
      waiting.remove(invocation);
      invocation.forgotten = true;
      forget(generation, List.of(invocation));
    }
  }

  /** Starts what can be started: call it when the server's time was measured or slots changed. */
  public void startWaiting() {
    Optional<Instant> serverTime = clock.now();
    if (closed || serverTime.isEmpty()) {
      return;
    }
    for (Iterator<Invocation> i = waiting.iterator(); i.hasNext(); ) {
      Invocation invocation = i.next();
      if (invocation.held) {
        continue;
      }
      Start start = tryStart(invocation, serverTime.get());
      if (start != Start.WAITS) {
        i.remove();
      }
      if (start == Start.STARTS) {
        begin(invocation);
      }
    }
  }

  /** Shows a run's output to the server while it is written, or stops doing so. */
  public void tail(Tail tail) {
    InvocationId.parse(tail.getInvocationId())
        .map(invocations::get)
        .map(invocation -> invocation.run)
        .ifPresent(
            run -> {
              run.capture(false).tap(tail.getOn() ? tap(tail.getInvocationId(), false) : null);
              run.capture(true).tap(tail.getOn() ? tap(tail.getInvocationId(), true) : null);
            });
  }

  /** Returns how many runs go on. */
  public int running() {
    return slots.running();
  }

  /** Returns whether an invocation is known here, or was. */
  boolean isKnown(InvocationId id) {
    return invocations.containsKey(id);
  }

  /**
   * Starts nothing more. Runs that go on have the grace to end by themselves and are stopped then.
   *
   * @param onQuiet called once, when nothing runs any more or nothing more can be done
   */
  public void close(Duration grace, Runnable onQuiet) {
    closed = true;
    this.onQuiet = onQuiet;
    loop.after(
        grace,
        () -> {
          Stop stop = new Stop(Cause.SHUTDOWN, "The agent was stopped.", settings.stopGrace());
          invocations.values().stream()
              .flatMap(invocation -> Optional.ofNullable(invocation.run).stream())
              .forEach(run -> run.signal().stop(stop));
        });
    loop.after(grace.plus(settings.stopGrace()).plus(SHUTDOWN_MARGIN), this::quiet);
    quietIfNothingRuns();
  }

  // Taking commands.

  private Acceptance check(long generation, InvocationId id) {
    Acceptance acceptance = journal.check(generation, id);
    return acceptance == Acceptance.ACCEPTED && invocations.containsKey(id)
        ? Acceptance.KNOWN
        : acceptance;
  }

  private void accept(long generation, InvocationId id, Execute execute) {
    Command command;
    try {
      command = Command.parse(id, execute);
    } catch (InvalidProtocolBufferException e) {
      log.atError().addKeyValue("invocation", id).log("An EXECUTE's order cannot be read.");
      CallbackStep.Builder step =
          FinalStep.rejected("COMMAND_MALFORMED", "The order cannot be read.");
      JournalEntry entry =
          newEntry(id, execute.getEpoch(), untoldExpiry(), false, ByteString.EMPTY);
      storeNew(generation, new Invocation(entry.settled(timed(step))));
      return;
    }
    Optional<CatalogEntry> action = catalog.get().find(command.order().getAction());
    boolean idempotent = action.map(a -> a.declaration().getIdempotent()).orElse(false);
    JournalEntry entry =
        newEntry(
            id, command.epoch(), command.expireTime(untoldExpiry()), idempotent, command.wire());
    Optional<CallbackStep.Builder> refusal = refusal(command, action);
    if (refusal.isPresent()) {
      slots.giveUp(id);
      storeNew(generation, new Invocation(entry.settled(timed(refusal.get()))));
      return;
    }
    Invocation invocation =
        new Invocation(
            entry.with(
                timed(
                    CallbackStep.newBuilder()
                        .setState(InvocationState.INVOCATION_STATE_ACKNOWLEDGED))));
    invocation.command = command;
    startOrWait(generation, invocation);
  }

  /** What starts at once is written down once, as starting. */
  private void startOrWait(long generation, Invocation invocation) {
    Optional<Instant> serverTime = clock.now();
    boolean mayStart = !closed && serverTime.isPresent();
    Start start = mayStart ? tryStart(invocation, serverTime.get()) : Start.WAITS;
    if (start == Start.STARTS) {
      invocation.entry = invocation.entry.starting(newMarker());
    }
    if (!storeNew(generation, invocation)) {
      slots.release(invocation.id);
      return;
    }
    reportSoon(invocation);
    switch (start) {
      case STARTS -> launch(invocation);
      case WAITS -> waiting.add(invocation);
      case SETTLED -> {}
    }
  }

  private Optional<CallbackStep.Builder> refusal(Command command, Optional<CatalogEntry> action) {
    String name = command.order().getAction();
    if (action.isEmpty()) {
      return Optional.of(
          FinalStep.rejected("ACTION_NOT_DECLARED", "This node does not declare " + name + "."));
    }
    if (!action.get().declaration().getEnabled()) {
      return Optional.of(
          FinalStep.rejected("ACTION_DISABLED", name + " is switched off on this node."));
    }
    return violations(action.get(), command.order().getInputJson())
        .map(violations -> FinalStep.rejected("INPUT_INVALID", violations));
  }

  static Optional<String> violations(CatalogEntry action, ByteString input) {
    try {
      return action.schema().violations(input.toByteArray());
    } catch (RuntimeException e) {
      // A schema that the library cannot work with must not run anything unchecked.
      log.error("The schema of {} cannot be used.", action.name(), e);
      return Optional.of("The action's schema cannot be used: " + e.getMessage());
    }
  }

  private void buryUnknown(long generation, InvocationId id, Cancel cancel) {
    slots.giveUp(id);
    Instant expireTime =
        cancel.hasExpireTime() ? WireTimes.instant(cancel.getExpireTime()) : untoldExpiry();
    CallbackStep.Builder step = FinalStep.cancelledBeforeStart(cancel.getReason());
    switch (check(generation, id)) {
      case STALE, SPENT, KNOWN ->
          log.atDebug().addKeyValue("invocation", id).log("CANCEL passed over.");
      case FULL -> {
        try {
          journal.spend(id, expireTime);
          reportOnly(id, step);
        } catch (IOException e) {
          log.atError().addKeyValue("invocation", id).setCause(e).log("A CANCEL cannot be stored.");
        }
      }
      case ACCEPTED ->
          storeNew(
              generation,
              new Invocation(
                  newEntry(id, 0, expireTime, false, ByteString.EMPTY).settled(timed(step))));
    }
  }

  private void stop(Invocation invocation, String reason, Duration grace) {
    LiveRun run = invocation.run;
    if (run != null) {
      run.signal().stop(new Stop(Cause.CANCEL, reason, grace));
    }
    if (waiting.remove(invocation)) {
      // A second attempt that does not start has started before.
      settle(
          invocation,
          FinalStep.cancelledBeforeStart(reason).setStarted(invocation.entry.attempt() > 1));
    } else {
      uplink.report(invocation.id);
    }
  }

  // Starting.

  private enum Start {
    STARTS,
    WAITS,
    SETTLED
  }

  /** Takes a slot, or settles what can never start. */
  private Start tryStart(Invocation invocation, Instant serverTime) {
    Command command = Objects.requireNonNull(invocation.command);
    Optional<CatalogEntry> action = catalog.get().find(command.order().getAction());
    boolean first = invocation.entry.attempt() == 1;
    if (action.isEmpty()) {
      return refuseStart(
          invocation, "ACTION_NOT_DECLARED", "This node does not declare the action any more.");
    }
    if (first && serverTime.isAfter(command.startBefore())) {
      return refuseStart(
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

  private Start refuseStart(Invocation invocation, String code, String message) {
    slots.giveUp(invocation.id);
    if (invocation.entry.attempt() > 1) {
      // It has run before, so it cannot count as refused.
      settle(
          invocation,
          FinalStep.of(
              new Outcome.NotStarted(code, message),
              Optional.empty(),
              true,
              dev.muster.proto.type.v1.Output.getDefaultInstance(),
              dev.muster.proto.type.v1.Output.getDefaultInstance()));
    } else {
      settle(invocation, FinalStep.rejected(code, message));
    }
    return Start.SETTLED;
  }

  private void begin(Invocation invocation) {
    JournalEntry starting = invocation.entry.starting(newMarker());
    try {
      journal.update(starting);
    } catch (IOException e) {
      log.atError().addKeyValue("invocation", invocation.id).setCause(e).log("Not started.");
      slots.release(invocation.id);
      settle(
          invocation,
          FinalStep.rejected("JOURNAL_UNWRITABLE", "The node cannot write its journal."));
      return;
    }
    invocation.entry = starting;
    launch(invocation);
    reportSoon(invocation);
  }

  private void launch(Invocation invocation) {
    invocation.run =
        launcher.launch(
            invocation,
            Objects.requireNonNull(invocation.command),
            Objects.requireNonNull(invocation.action),
            runEvents);
  }

  /** Waiting again after a restart. */
  private void takeUp(Invocation invocation) {
    try {
      invocation.command =
          Command.parse(invocation.id, Execute.parseFrom(invocation.entry.execute()));
      invocation.held = true;
      waiting.add(invocation);
    } catch (InvalidProtocolBufferException e) {
      settle(invocation, FinalStep.rejected("COMMAND_MALFORMED", "The order cannot be read."));
    }
  }

  // Runs that go on and end.

  private final class RunEvents implements RunLauncher.Watcher {
    @Override
    public void onBegan(Invocation invocation, LiveRun run, Optional<ProcessMark> process) {
      if (invocation.run != run || invocation.isOver()) {
        return;
      }
      JournalEntry began = invocation.entry.with(startedStep(invocation));
      if (process.isPresent()) {
        began = began.started(process.get());
        save(invocation, began);
      }
      // Without a process, STARTING on disk says as much.
      invocation.entry = began;
      if (invocation.reportTimer == null) {
        uplink.report(invocation.id);
      }
    }

    @Override
    public void onProgress(Progress progress) {
      uplink.progress(progress);
    }

    @Override
    public void onStillRunning(Invocation invocation, LiveRun run, Stop stop) {
      if (!invocation.isOver()) {
        log.atWarn().addKeyValue("invocation", invocation.id).log("A run does not stop.");
        ensureStarted(invocation);
        settle(invocation, FinalStep.stillRunning(stop, run.finishStdout(), run.finishStderr()));
      }
    }

    @Override
    public void onEnded(Invocation invocation, LiveRun run, Outcome outcome) {
      if (invocation.run != run) {
        return;
      }
      invocation.run = null;
      slots.release(invocation.id);
      if (invocation.isOver()) {
        forgetDone(List.of(invocation));
      } else {
        boolean began = hasStarted(invocation);
        if (!(outcome instanceof Outcome.NotStarted)) {
          ensureStarted(invocation);
        }
        settle(
            invocation,
            FinalStep.of(
                outcome, run.signal().stopped(), began, run.finishStdout(), run.finishStderr()));
      }
      startWaiting();
      quietIfNothingRuns();
    }
  }

  private boolean hasStarted(Invocation invocation) {
    return invocation.entry.steps().stream()
        .anyMatch(step -> step.getState() == InvocationState.INVOCATION_STATE_STARTED);
  }

  private void ensureStarted(Invocation invocation) {
    boolean told =
        invocation.entry.steps().stream()
            .anyMatch(
                step ->
                    step.getState() == InvocationState.INVOCATION_STATE_STARTED
                        && step.getAttempt() == invocation.entry.attempt());
    if (!told) {
      invocation.entry = invocation.entry.with(startedStep(invocation));
    }
  }

  private CallbackStep startedStep(Invocation invocation) {
    return timed(
        CallbackStep.newBuilder()
            .setState(InvocationState.INVOCATION_STATE_STARTED)
            .setAttempt(invocation.entry.attempt()));
  }

  /** Writes the final report down, then tells it. */
  private void settle(Invocation invocation, CallbackStep.Builder last) {
    invocation.cancelReportTimer();
    invocation.command = null;
    invocation.entry = invocation.entry.settled(timed(last));
    log.atInfo()
        .addKeyValue("invocation", invocation.id)
        .log("{} {}", last.getState(), last.getReason());
    if (invocations.get(invocation.id) != invocation) {
      return; // Settled before it was ever stored: storing it comes next.
    }
    save(invocation, invocation.entry);
    if (invocation.forgotten) {
      forgetDone(List.of(invocation));
    } else {
      uplink.report(invocation.id);
    }
  }

  // The journal.

  /** Writes what is true; a disk that refuses is asked again later. */
  private void save(Invocation invocation, JournalEntry entry) {
    if (!invocation.journaled) {
      return;
    }
    try {
      journal.update(entry);
    } catch (IOException e) {
      log.atError()
          .addKeyValue("invocation", entry.id())
          .setCause(e)
          .log("Not saved; tried again.");
      loop.after(
          SAVE_AGAIN,
          () -> {
            if (invocations.get(invocation.id) == invocation) {
              save(invocation, invocation.entry);
            }
          });
    }
  }

  /** Stores a new invocation; whether it is here to stay. */
  private boolean storeNew(long generation, Invocation invocation) {
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
    invocations.put(invocation.id, invocation);
    if (invocation.isOver()) {
      uplink.report(invocation.id);
    }
    return true;
  }

  /**
   * Reports what is not in the journal. Should the report be lost, so is the invocation: then the
   * server may take it for never received, which is as true.
   */
  private void reportOnly(InvocationId id, CallbackStep.Builder step) {
    long unjournaled = invocations.values().stream().filter(i -> !i.journaled).count();
    if (unjournaled < MOST_UNJOURNALED && !invocations.containsKey(id)) {
      Invocation invocation =
          new Invocation(
              newEntry(id, 0, untoldExpiry(), false, ByteString.EMPTY).settled(timed(step)));
      invocation.journaled = false;
      invocations.put(id, invocation);
      uplink.report(id);
    }
  }

  private void forget(long generation, Collection<Invocation> candidates) {
    List<Invocation> done = candidates.stream().filter(this::mayGo).toList();
    try {
      if (journal.forget(generation, ids(done))) {
        drop(done);
      }
    } catch (IOException e) {
      log.error("Settled invocations stay in the journal for now.", e);
    }
  }

  private void forgetDone(Collection<Invocation> candidates) {
    List<Invocation> done = candidates.stream().filter(this::mayGo).toList();
    try {
      journal.forget(ids(done));
      drop(done);
    } catch (IOException e) {
      log.error("Settled invocations stay in the journal for now.", e);
    }
  }

  private boolean mayGo(Invocation invocation) {
    return !invocation.isRunning() && (invocation.isDone() || invocation.forgotten);
  }

  private void drop(Collection<Invocation> done) {
    for (Invocation invocation : done) {
      invocation.cancelReportTimer();
      invocations.remove(invocation.id, invocation);
    }
  }

  private static List<InvocationId> ids(Collection<Invocation> done) {
    return done.stream().map(invocation -> invocation.id).toList();
  }

  private JournalEntry newEntry(
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

  // Small things.

  private void reportSoon(Invocation invocation) {
    if (invocation.reportTimer == null && !invocation.isOver()) {
      invocation.reportTimer =
          loop.after(
              settings.reportDelay(),
              () -> {
                invocation.reportTimer = null;
                uplink.report(invocation.id);
              });
    }
  }

  private OutputCapture.Tap tap(String invocationId, boolean stderr) {
    return (offset, data) -> {
      for (int from = 0; from < data.size(); from += CHUNK_BYTES) {
        OutputChunk chunk =
            OutputChunk.newBuilder()
                .setInvocationId(invocationId)
                .setStderr(stderr)
                .setOffset(offset + from)
                .setData(data.substring(from, Math.min(data.size(), from + CHUNK_BYTES)))
                .build();
        loop.execute(() -> uplink.output(chunk));
      }
    };
  }

  private List<Reservation> reservations() {
    return clock
        .now()
        .map(
            now ->
                slots.reservations(now).stream()
                    .map(
                        reserved ->
                            Reservation.newBuilder()
                                .setInvocationId(reserved.id().toString())
                                .setLapseTime(WireTimes.timestamp(reserved.lapseTime()))
                                .build())
                    .toList())
        .orElse(List.of());
  }

  private void quietIfNothingRuns() {
    if (closed && slots.running() == 0) {
      quiet();
    }
  }

  private void quiet() {
    Runnable callback = onQuiet;
    onQuiet = null;
    if (callback != null) {
      callback.run();
    }
  }

  private CallbackStep timed(CallbackStep.Builder step) {
    return step.setAgentTime(WireTimes.timestamp(loop.wallTime())).build();
  }

  private String newMarker() {
    byte[] marker = new byte[16];
    random.nextBytes(marker);
    return HexFormat.of().formatHex(marker);
  }

  private Instant untoldExpiry() {
    return clock.now().orElse(loop.wallTime()).plus(UNTOLD_EXPIRY);
  }

  private static Duration clamp(Duration grace) {
    Duration positive = grace.isNegative() ? Duration.ZERO : grace;
    return positive.compareTo(Limits.MAX_CANCEL_GRACE) > 0 ? Limits.MAX_CANCEL_GRACE : positive;
  }
}

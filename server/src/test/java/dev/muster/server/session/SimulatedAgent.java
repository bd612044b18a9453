// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.session;

import static dev.muster.server.invocation.InvocationSamples.step;

import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.InvocationState;
import dev.muster.server.invocation.ReportedStep;
import dev.muster.server.node.Node;
import dev.muster.server.session.AgentHello.JournalItem;
import dev.muster.server.session.SessionOutbound.RefusedCallback;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An agent as the protocol wants it, in memory: a disk that survives a crash, a stream that breaks.
 * Its randomness comes from outside.
 */
final class SimulatedAgent {
  static final int SLOTS = 2;

  private SessionHarness server;
  private final Random random;
  final Node node;

  /** What really ran, which no crash and no restore undoes. */
  final Map<InvocationId, Integer> runs = new HashMap<>();

  /**
   * Those that an old disk may let run again, and nobody can tell: it is a copy of the very session
   * in which they ran.
   */
  final Set<InvocationId> excused = new HashSet<>();

  /** The epoch that the disk had when it ran. */
  private final Map<InvocationId, Long> ranIn = new HashMap<>();

  private Disk disk = new Disk();
  private Disk snapshot = new Disk();
  private int journals = 1;

  // What dies with the stream.
  private @Nullable NodeSession session;
  private RecordingOutbound out = new RecordingOutbound();
  private int read;
  private boolean confirmed;
  private @Nullable List<JournalItem> nextPage;
  private int directed;
  private long sequence;
  private int readPrepares;
  private final Map<InvocationId, ReportedStep> answers = new LinkedHashMap<>();
  private final Set<InvocationId> released = new HashSet<>();

  // What dies with the agent.
  private final Set<InvocationId> reservations = new java.util.LinkedHashSet<>();

  private final TreeMap<Long, Sent> inFlight = new TreeMap<>();
  private final Set<InvocationId> silent = new HashSet<>();

  SimulatedAgent(SessionHarness server, Node node, Random random) {
    this.server = server;
    this.node = node;
    this.random = random;
  }

  private record Sent(InvocationId id, int steps) {}

  private static final class Item {
    final long epoch;
    final List<ReportedStep> steps;
    boolean running;
    boolean held;
    boolean died;
    int acknowledged;

    Item(long epoch, List<ReportedStep> steps) {
      this.epoch = epoch;
      this.steps = new ArrayList<>(steps);
    }

    Item copy() {
      Item copy = new Item(epoch, steps);
      copy.died = died;
      copy.running = running;
      return copy;
    }

    boolean isOver() {
      return died || (!steps.isEmpty() && steps.get(steps.size() - 1).state().isSettled());
    }

    boolean hasResult() {
      @Nullable InvocationState last = steps.isEmpty() ? null : steps.get(steps.size() - 1).state();
      return last == InvocationState.SUCCEEDED
          || last == InvocationState.FAILED
          || last == InvocationState.TIMED_OUT;
    }

    boolean waits() {
      return !isOver()
          && !running
          && steps.stream().noneMatch(step -> step.state() == InvocationState.STARTED);
    }
  }

  private static final class Disk {
    byte[] journalId = {1};
    long lastEpoch;
    final Map<InvocationId, Item> journal = new LinkedHashMap<>();
    final Set<InvocationId> spent = new HashSet<>();

    Disk copy() {
      Disk copy = new Disk();
      copy.journalId = journalId.clone();
      copy.lastEpoch = lastEpoch;
      journal.forEach((id, item) -> copy.journal.put(id, item.copy()));
      copy.spent.addAll(spent);
      return copy;
    }
  }

  boolean isConnected() {
    return session != null;
  }

  @Nullable NodeSession session() {
    return session;
  }

  /** Opens a session; the one before, if any, is left to its fate. */
  void connect() {
    forgetStream();
    out = new RecordingOutbound();
    NodeSession opened = server.connect(node, out);
    session = opened;
    List<JournalItem> items = new ArrayList<>();
    disk.journal.forEach(
        (id, item) -> {
          if (!item.running && !item.isOver()) {
            item.held = true;
          }
          items.add(new JournalItem(id, item.epoch, item.steps, item.running, item.died));
        });
    int first = items.isEmpty() ? 0 : random.nextInt(items.size() + 1);
    boolean paged = first < items.size();
    opened.hello(
        SessionHarness.hello(
            disk.journalId,
            disk.lastEpoch,
            SLOTS,
            paged,
            reservations,
            items.subList(0, paged ? first : items.size()).toArray(JournalItem[]::new)));
    if (paged) {
      nextPage = List.copyOf(items.subList(first, items.size()));
      if (random.nextBoolean()) {
        page(opened);
      }
    }
  }

  /** The journal's second page goes out, sooner or later, or never if the stream breaks before. */
  private boolean page(NodeSession current) {
    @Nullable List<JournalItem> page = nextPage;
    nextPage = null;
    if (page != null) {
      current.journalPage(page, false);
    }
    return page != null;
  }

  /** The stream breaks: what was on the way, in either direction, is gone. */
  void disconnect() {
    if (session != null) {
      session.streamEnded();
    }
    forgetStream();
  }

  /** Its server was killed, and another life of it has begun. */
  void serverIsNow(SessionHarness next) {
    forgetStream();
    server = next;
  }

  private void forgetStream() {
    session = null;
    confirmed = false;
    nextPage = null;
    directed = 0;
    sequence = 0;
    read = 0;
    readPrepares = 0;
    answers.clear();
    released.clear();
    inFlight.clear();
    silent.clear();
    disk.journal.values().forEach(item -> item.acknowledged = 0);
  }

  /** The agent dies and comes back: what ran, ran, and nobody knows how it ended. */
  void crash() {
    disconnect();
    reservations.clear();
    disk.journal
        .values()
        .forEach(
            item -> {
              item.died |= item.running;
              item.running = false;
              item.held = true; // Until the server resumes it.
            });
  }

  void snapshot() {
    if (session == null) {
      snapshot = disk.copy();
    }
  }

  /** The disk is put back to an earlier time. */
  void restore() {
    crash();
    disk = snapshot.copy();
    disk.journal.forEach(
        (id, item) -> {
          item.died |= item.running;
          item.running = false;
          item.held = true;
          if (item.waits() && ranIn.getOrDefault(id, Long.MAX_VALUE) <= disk.lastEpoch) {
            excused.add(id);
          }
        });
  }

  /** The disk is lost; a new journal begins. */
  void wipe() {
    crash();
    disk = new Disk();
    disk.journalId = new byte[] {(byte) ++journals, (byte) (journals >> 8)};
    snapshot = disk.copy();
  }

  /** Reads one message of the server. */
  void read() {
    NodeSession current = session;
    if (current == null) {
      return;
    }
    if (out.closedWith().isPresent()) {
      forgetStream();
      return;
    }
    if (!confirmed) {
      if (!out.welcomes.isEmpty()) {
        disk.lastEpoch = Math.max(disk.lastEpoch, out.welcomes.get(0).epoch());
        confirmed = true;
        current.epochConfirmed(out.welcomes.get(0).epoch());
      }
      return;
    }
    if (directed < out.directives.size()) {
      direct(out.directives.get(directed++));
      return;
    }
    if (!out.released.isEmpty() && random.nextBoolean()) {
      release(out.released.remove(0)); // In the control lane.
      return;
    }
    if (readPrepares < out.prepared.size()) {
      prepare(out.prepared.get(readPrepares++).id());
      return;
    }
    if (read < out.executed.size()) {
      accept(out.executed.get(read++));
      return;
    }
    if (!out.released.isEmpty()) {
      release(out.released.remove(0));
      return;
    }
    if (!out.cancelled.isEmpty()) {
      cancel(out.cancelled.remove(0));
      return;
    }
    if (!out.acknowledgements.isEmpty()) {
      acknowledged(out.acknowledgements.remove(0));
    }
  }

  /** A CANCEL overtakes what else there is to read. */
  void readCancel() {
    if (session != null && confirmed && !out.cancelled.isEmpty()) {
      cancel(out.cancelled.remove(0));
    }
  }

  /** What comes behind a release on the same stream asks anew. */
  private void prepare(InvocationId id) {
    released.remove(id);
    if (random.nextInt(12) == 0) {
      reservations.remove(id);
      answers.put(id, step(InvocationState.REJECTED));
    } else {
      reservations.add(id);
      answers.put(id, step(InvocationState.PREPARED));
    }
  }

  private void release(InvocationId id) {
    reservations.remove(id);
    answers.remove(id);
    released.add(id);
  }

  /** Changes its mind about something that it is ready for; never runs it then. */
  void unready() {
    if (session != null && confirmed && answers.isEmpty() && !reservations.isEmpty()) {
      InvocationId id = reservations.iterator().next();
      reservations.remove(id);
      disk.spent.add(id);
      answers.put(id, step(InvocationState.REJECTED));
    }
  }

  private boolean answer(NodeSession current) {
    if (answers.isEmpty()) {
      return false;
    }
    Map.Entry<InvocationId, ReportedStep> first = answers.entrySet().iterator().next();
    answers.remove(first.getKey());
    inFlight.put(++sequence, new Sent(first.getKey(), 0));
    current.callback(sequence, first.getKey(), List.of(first.getValue()));
    return true;
  }

  private void accept(Invocation invocation) {
    reservations.remove(invocation.id());
    if (disk.journal.containsKey(invocation.id()) || disk.spent.contains(invocation.id())) {
      return;
    }
    Item item = new Item(invocation.epoch(), List.of(step(InvocationState.ACKNOWLEDGED)));
    if (random.nextInt(10) == 0) {
      item.steps.add(step(InvocationState.REJECTED));
    }
    disk.journal.put(invocation.id(), item);
  }

  private void cancel(InvocationId id) {
    Item item = disk.journal.get(id);
    if (item == null) {
      if (!disk.spent.contains(id)) {
        disk.journal.put(
            id,
            new Item(
                0, List.of(step(InvocationState.ACKNOWLEDGED), step(InvocationState.CANCELLED))));
      }
    } else if (item.running) {
      if (random.nextBoolean()) {
        item.running = false;
        item.steps.add(step(InvocationState.CANCELLED));
      }
    } else if (!item.isOver()) {
      item.steps.add(step(InvocationState.CANCELLED));
    }
  }

  private void direct(Directive directive) {
    Item item = disk.journal.get(directive.id());
    if (item == null) {
      return;
    }
    switch (directive.verb()) {
      case RESUME -> item.held = false;
      case REPORT -> item.acknowledged = 0;
      case CANCEL -> {
        item.held = false;
        cancel(directive.id());
      }
      case FORGET -> forget(directive.id());
    }
  }

  /** What it forgets, the server has: nobody else could tell how a run ended. */
  private void forget(InvocationId id) {
    Item item = disk.journal.get(id);
    if (item != null
        && item.hasResult()
        && !excused.contains(id)
        && server.find(id).state() == InvocationState.LOST) {
      throw new AssertionError("a result is forgotten that the server does not have: " + id);
    }
    disk.journal.remove(id);
    disk.spent.add(id);
  }

  /** Starts what waits, where there is a slot. */
  void start() {
    long running = disk.journal.values().stream().filter(item -> item.running).count();
    for (Map.Entry<InvocationId, Item> entry : disk.journal.entrySet()) {
      Item item = entry.getValue();
      if (item.waits() && !item.held && running < SLOTS) {
        item.running = true;
        runs.merge(entry.getKey(), 1, Integer::sum);
        ranIn.put(entry.getKey(), disk.lastEpoch);
        item.steps.add(step(InvocationState.STARTED));
        return;
      }
    }
  }

  /** Ends a run. */
  void finish() {
    List<InvocationState> ends =
        List.of(
            InvocationState.SUCCEEDED,
            InvocationState.SUCCEEDED,
            InvocationState.FAILED,
            InvocationState.TIMED_OUT);
    disk.journal.values().stream()
        .filter(item -> item.running)
        .findFirst()
        .ifPresent(
            item -> {
              item.running = false;
              item.steps.add(step(ends.get(random.nextInt(ends.size()))));
            });
  }

  /** Reports what the server has not acknowledged; now and then more than that. */
  void report() {
    NodeSession current = session;
    if (current == null || !confirmed || inFlight.size() >= 32) {
      return;
    }
    if (page(current) || answer(current)) {
      return;
    }
    for (Map.Entry<InvocationId, Item> entry : disk.journal.entrySet()) {
      Item item = entry.getValue();
      boolean again = random.nextInt(20) == 0;
      if (item.died || silent.contains(entry.getKey()) || item.steps.isEmpty()) {
        continue;
      }
      int from = again ? 0 : item.acknowledged;
      if (from < item.steps.size()) {
        item.acknowledged = item.steps.size(); // Sent; a broken stream starts anew.
        inFlight.put(++sequence, new Sent(entry.getKey(), item.steps.size()));
        current.callback(
            sequence, entry.getKey(), List.copyOf(item.steps.subList(from, item.steps.size())));
        return;
      }
    }
  }

  private void acknowledged(SessionOutbound.Acknowledgement acknowledgement) {
    Map<Long, RefusedCallback> refused = new HashMap<>();
    acknowledgement.refused().forEach(each -> refused.put(each.sequence(), each));
    while (!inFlight.isEmpty() && inFlight.firstKey() <= acknowledgement.through()) {
      var first = inFlight.pollFirstEntry();
      Sent sent = first.getValue();
      RefusedCallback refusal = refused.get(first.getKey());
      Item item = disk.journal.get(sent.id);
      if (sent.steps == 0) {
        // An answer to PREPARE, which no journal has.
        if (refusal != null) {
          reservations.remove(sent.id);
        }
      } else if (refusal != null && refusal.isFinal()) {
        forget(sent.id);
      } else if (refusal != null) {
        silent.add(sent.id);
      } else if (item != null && item.isOver() && sent.steps == item.steps.size()) {
        forget(sent.id);
      }
    }
  }

  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder("journal " + disk.journalId[0] + " epoch " + disk.lastEpoch);
    disk.journal.forEach(
        (id, item) ->
            text.append(" ")
                .append(Long.toHexString(id.value().getMostSignificantBits() >> 16))
                .append(
                    item.steps.stream().map(step -> step.state().name().substring(0, 3)).toList())
                .append(item.running ? "r" : "")
                .append(item.held ? "h" : "")
                .append(item.died ? "d" : ""));
    return text
        + (session == null ? " -" : confirmed ? " +" : " ?")
        + " ready "
        + reservations.size()
        + " spent "
        + disk.spent.size();
  }

  /** Returns whether there is nothing more that it would do by itself. */
  boolean isIdle() {
    return disk.journal.isEmpty() && inFlight.isEmpty() && answers.isEmpty();
  }
}

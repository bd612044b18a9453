// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.journal.Journal;
import dev.muster.agent.journal.JournalEntry;
import dev.muster.agent.loop.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The invocations that this agent knows, in memory and, in step with that, in the journal. What is
 * let go is among the spent ids before it is forgotten here. Confined to the loop.
 */
final class Invocations {
  private static final Logger log = LoggerFactory.getLogger(Invocations.class);
  private static final Duration SAVE_AGAIN = Duration.ofSeconds(5);

  private final Loop loop;
  private final Journal journal;
  private final Consumer<Invocation> onGone;
  private final Map<InvocationId, Invocation> known = new LinkedHashMap<>();

  /** Makes an empty one; what is let go is told to the last. */
  Invocations(Loop loop, Journal journal, Consumer<Invocation> onGone) {
    this.loop = loop;
    this.journal = journal;
    this.onGone = onGone;
  }

  Optional<Invocation> find(InvocationId id) {
    return Optional.ofNullable(known.get(id));
  }

  boolean contains(InvocationId id) {
    return known.containsKey(id);
  }

  /** Returns whether this very object stands for its invocation; not so before it is stored. */
  boolean holds(Invocation invocation) {
    return known.get(invocation.id) == invocation;
  }

  /** Returns the runs that go on. */
  List<LiveRun> runs() {
    return known.values().stream()
        .flatMap(invocation -> Optional.ofNullable(invocation.run).stream())
        .toList();
  }

  /** Returns those that have output in files. */
  Set<InvocationId> withLargeOutput() {
    return known.values().stream()
        .filter(invocation -> invocation.largeOutput != null)
        .map(invocation -> invocation.id)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Adds what is in the journal already, or will never be. */
  void add(Invocation invocation) {
    known.put(invocation.id, invocation);
  }

  /** Returns how many are not in the journal. */
  long countUnjournaled() {
    return known.values().stream().filter(invocation -> !invocation.journaled).count();
  }

  /** Drops what is not in the journal: it was to be reported on a stream that is gone. */
  void dropUnjournaled() {
    known.values().removeIf(invocation -> !invocation.journaled);
  }

  /** Writes what is true; a disk that refuses is asked again later. */
  void save(Invocation invocation, JournalEntry entry) {
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
            if (holds(invocation)) {
              save(invocation, invocation.entry);
            }
          });
    }
  }

  /** Lets go of those of which nothing is needed any more, unless a newer stream has begun. */
  void forget(long generation, Collection<Invocation> candidates) {
    List<Invocation> done = candidates.stream().filter(Invocations::mayGo).toList();
    try {
      if (journal.forget(generation, ids(done))) {
        drop(done);
      }
    } catch (IOException e) {
      log.error("Settled invocations stay in the journal for now.", e);
    }
  }

  /** Lets go of one that the server has done with, whatever the stream. */
  void forgetDone(Invocation candidate) {
    if (!mayGo(candidate)) {
      return;
    }
    List<Invocation> done = List.of(candidate);
    try {
      journal.forget(ids(done));
      drop(done);
    } catch (IOException e) {
      log.error("Settled invocations stay in the journal for now.", e);
    }
  }

  private static boolean mayGo(Invocation invocation) {
    return !invocation.isRunning() && (invocation.isDone() || invocation.forgotten);
  }

  private void drop(Collection<Invocation> done) {
    for (Invocation invocation : done) {
      invocation.cancelReportTimer();
      known.remove(invocation.id, invocation);
      onGone.accept(invocation);
    }
  }

  private static List<InvocationId> ids(Collection<Invocation> done) {
    return done.stream().map(invocation -> invocation.id).toList();
  }
}

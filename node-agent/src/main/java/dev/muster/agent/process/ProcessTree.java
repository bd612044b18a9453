// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and ends all processes of a run, also those that left the session and whose parents are
 * gone: each inherits an entry of the environment that no other process has, and {@code
 * /proc/PID/environ} shows it. The children of what is found belong to the run as well.
 *
 * <p>Limits: a process that clears its environment <em>and</em> whose ancestors in the run are all
 * gone is not found; nor is one of another user, unless the agent runs as root. A number that was
 * given to another process meanwhile is never signalled: {@link ProcessHandle} compares the start
 * time. Linux only; elsewhere only the tree below the root is found. Thread-safe.
 */
public final class ProcessTree {
  private static final Logger log = LoggerFactory.getLogger(ProcessTree.class);
  private static final int EMPTY_PASSES = 3;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);
  private static final Duration EXEC_TAKES_AT_MOST = Duration.ofMillis(250);
  private static final Duration EXEC_PAUSE = Duration.ofMillis(1);

  private final Path proc;
  private final String bootId;

  /** Start times, by number, of processes that have no environment and are not waited for. */
  private final Map<Long, Long> knownBlank = new ConcurrentHashMap<>();

  /** Works on this machine. */
  public ProcessTree() {
    this(Path.of("/proc"));
  }

  ProcessTree(Path proc) {
    this.proc = proc;
    this.bootId = readBootId(proc);
  }

  /** Returns the mark of a process; empty if it has ended. */
  public Optional<ProcessMark> mark(long pid) {
    return ProcStat.read(proc, pid)
        .filter(stat -> !stat.isZombie())
        .map(stat -> new ProcessMark(pid, stat.startTicks(), bootId));
  }

  /** Returns the processes of these runs that have not ended. */
  public List<ProcessHandle> find(Collection<RunTrace> traces) {
    if (traces.isEmpty()) {
      return List.of();
    }
    Map<Long, ProcStat> all = readAll();
    Set<Long> members = new HashSet<>();
    for (RunTrace trace : traces) {
      trace.root().filter(root -> isAlive(all, root)).ifPresent(root -> members.add(root.pid()));
    }
    List<byte[]> marks =
        traces.stream()
            .map(trace -> trace.environment().getBytes(StandardCharsets.ISO_8859_1))
            .toList();
    Set<Long> blank = new HashSet<>();
    for (Long pid : all.keySet()) {
      if (!members.contains(pid)) {
        look(all, pid, marks, members, blank);
      }
    }
    lookAgain(all, marks, members, blank);
    addDescendants(all, members);
    members.remove(ProcessHandle.current().pid());
    return handles(all, members);
  }

  /**
   * Ends the processes of these runs: TERM to each, then KILL to what is left after the grace,
   * until {@value #EMPTY_PASSES} passes in a row find none: one alone can miss the child of a
   * process that ended while the pass went by.
   *
   * @param patience how long to go on after the first KILL
   * @param onPass called after each pass, while they take their time
   * @return whether all have ended
   * @throws InterruptedException if interrupted; some may be left
   */
  public boolean end(
      Collection<RunTrace> traces, Duration grace, Duration patience, Runnable onPass)
      throws InterruptedException {
    Set<ProcessHandle> asked = new HashSet<>();
    long start = System.nanoTime();
    Duration pause = FIRST_PAUSE;
    int emptyPasses = 0;
    while (true) {
      List<ProcessHandle> found = find(traces);
      if (found.isEmpty()) {
        if (++emptyPasses == EMPTY_PASSES) {
          return true;
        }
        Thread.sleep(FIRST_PAUSE.toMillis());
        continue;
      }
      emptyPasses = 0;
      Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
      if (elapsed.compareTo(grace.plus(patience)) > 0) {
        log.atWarn().addKeyValue("pids", pids(found)).log("Processes of a run cannot be ended.");
        return false;
      }
      boolean force = elapsed.compareTo(grace) >= 0;
      for (ProcessHandle process : found) {
        if (force) {
          process.destroyForcibly();
        } else if (asked.add(process)) {
          process.destroy();
        }
      }
      onPass.run();
      Thread.sleep(pause.toMillis());
      pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
      if (!force) {
        // Wakes in time for the KILL.
        pause = min(pause, max(grace.minus(elapsed), FIRST_PAUSE));
      }
    }
  }

  private Map<Long, ProcStat> readAll() {
    Map<Long, ProcStat> all = new HashMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path entry : entries) {
        long pid;
        try {
          pid = Long.parseLong(String.valueOf(entry.getFileName()));
        } catch (NumberFormatException e) {
          continue;
        }
        ProcStat.read(proc, pid).filter(stat -> !stat.isZombie()).ifPresent(s -> all.put(pid, s));
      }
    } catch (IOException e) {
      log.debug("There is no {}: only known processes are looked at.", proc, e);
      ProcessHandle.allProcesses()
          .forEach(
              handle ->
                  all.put(
                      handle.pid(),
                      new ProcStat(
                          handle.pid(),
                          'S',
                          handle.parent().map(ProcessHandle::pid).orElse(0L),
                          0)));
    }
    return all;
  }

  private boolean isAlive(Map<Long, ProcStat> all, ProcessMark mark) {
    ProcStat stat = all.get(mark.pid());
    return stat != null && mark.bootId().equals(bootId) && stat.startTicks() == mark.startTicks();
  }

  /**
   * Adds a process to the members if it has a mark, or to the blank ones if it shows no whole
   * environment.
   */
  private void look(
      Map<Long, ProcStat> all, Long pid, List<byte[]> marks, Set<Long> members, Set<Long> blank) {
    byte[] environment;
    try {
      environment = Files.readAllBytes(proc.resolve(Long.toString(pid)).resolve("environ"));
    } catch (IOException e) {
      return; // Ended meanwhile, or another user's.
    }
    if (marks.stream().anyMatch(mark -> hasEntry(environment, mark))) {
      members.add(pid);
    } else if (environment.length == 0 || environment[environment.length - 1] != 0) {
      ProcStat stat = all.get(pid);
      if (stat != null
          && !stat.isOfKernel()
          && !Long.valueOf(stat.startTicks()).equals(knownBlank.get(pid))) {
        blank.add(pid);
      }
    }
  }

  /**
   * Looks again at processes without a whole environment: in the middle of an {@code exec} the
   * kernel shows none or its beginning, and a survivor must not be passed over for it. What stays
   * without is not waited for again.
   */
  private void lookAgain(
      Map<Long, ProcStat> all, List<byte[]> marks, Set<Long> members, Set<Long> blank) {
    long end = System.nanoTime() + EXEC_TAKES_AT_MOST.toNanos();
    while (!blank.isEmpty() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(EXEC_PAUSE.toNanos());
      List<Long> again = List.copyOf(blank);
      blank.clear();
      again.forEach(pid -> look(all, pid, marks, members, blank));
    }
    knownBlank.keySet().retainAll(all.keySet());
    blank.stream()
        .map(all::get)
        .filter(Objects::nonNull)
        .forEach(stat -> knownBlank.put(stat.pid(), stat.startTicks()));
  }

  static boolean hasEntry(byte[] environment, byte[] entry) {
    int start = 0;
    while (start < environment.length) {
      int end = start;
      while (end < environment.length && environment[end] != 0) {
        end++;
      }
      if (Arrays.equals(environment, start, end, entry, 0, entry.length)) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  private static void addDescendants(Map<Long, ProcStat> all, Set<Long> members) {
    boolean grew = true;
    while (grew) {
      grew = false;
      for (ProcStat stat : all.values()) {
        if (members.contains(stat.parent()) && members.add(stat.pid())) {
          grew = true;
        }
      }
    }
  }

  private List<ProcessHandle> handles(Map<Long, ProcStat> all, Set<Long> members) {
    List<ProcessHandle> handles = new ArrayList<>();
    for (Long pid : members) {
      // The handle notes the start time; only if it is still the process that was looked at is
      // it the right one.
      ProcessHandle.of(pid)
          .filter(
              handle ->
                  ProcStat.read(proc, pid)
                      .map(now -> startsLike(all.get(pid), now) && !now.isZombie())
                      .orElse(!Files.isDirectory(proc)))
          .ifPresent(handles::add);
    }
    return handles;
  }

  private static boolean startsLike(@Nullable ProcStat then, ProcStat now) {
    return then != null && then.startTicks() == now.startTicks();
  }

  private static List<Long> pids(List<ProcessHandle> handles) {
    return handles.stream().map(ProcessHandle::pid).toList();
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static String readBootId(Path proc) {
    try {
      return Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      return "";
    }
  }
}

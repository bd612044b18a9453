// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.muster.chaos.check.Presence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sessions that agents tell of in their output. Thread-safe. */
final class Sessions {
  private static final Pattern CONNECTED =
      Pattern.compile("^agent (\\S+) connected to \\S+ epoch (\\d+)$");
  private static final String OVER = "The session is over";

  private final Object lock = new Object();

  @GuardedBy("lock") private final Map<String, Presence> open = new HashMap<>();

  @GuardedBy("lock") private final List<Presence> over = new ArrayList<>();

  /**
   * Hears a line of an agent's output.
   *
   * @param process one name per process, as two may be one node
   */
  void hear(String process, String line) {
    Matcher connected = CONNECTED.matcher(line);
    if (connected.matches()) {
      ended(process);
      Instant now = Instant.now();
      synchronized (lock) {
        open.put(
            process,
            new Presence(connected.group(1), Long.parseLong(connected.group(2)), now, now));
      }
    } else if (line.contains(OVER)) {
      ended(process);
    }
  }

  /** A process has no session any more. */
  void ended(String process) {
    synchronized (lock) {
      Presence presence = open.remove(process);
      if (presence != null) {
        over.add(until(presence, Instant.now()));
      }
    }
  }

  /** Returns whether a process has a session, as far as it knows. */
  boolean isPresent(String process) {
    synchronized (lock) {
      return open.containsKey(process);
    }
  }

  /** Returns all sessions; those that go on end now. */
  List<Presence> all() {
    synchronized (lock) {
      List<Presence> all = new ArrayList<>(over);
      Instant now = Instant.now();
      open.values().forEach(presence -> all.add(until(presence, now)));
      return all;
    }
  }

  private static Presence until(Presence presence, Instant end) {
    return new Presence(presence.node(), presence.epoch(), presence.from(), end);
  }
}

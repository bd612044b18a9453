// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.muster.chaos.check.Mishap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What was broken, and when. Thread-safe. */
final class FaultLog {
  private final Object lock = new Object();

  @GuardedBy("lock") private final List<Mishap> mishaps = new ArrayList<>();

  /** Breaks something and mends it, and notes both. */
  void note(Mishap.Kind kind, String node, Runnable breaking) {
    note(() -> kind, node, breaking);
  }

  /** The same, where only the end shows what it was. */
  void note(Supplier<Mishap.Kind> kind, String node, Runnable breaking) {
    Instant from = Instant.now();
    breaking.run();
    synchronized (lock) {
      mishaps.add(new Mishap(kind.get(), node, from, Instant.now()));
    }
  }

  /** Returns what was mended so far. */
  List<Mishap> mishaps() {
    synchronized (lock) {
      return List.copyOf(mishaps);
    }
  }
}

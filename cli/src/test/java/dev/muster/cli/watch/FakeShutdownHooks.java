// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import java.util.ArrayList;
import java.util.List;

/** Shutdown hooks that run when a test says so. */
public final class FakeShutdownHooks implements Interrupt.ShutdownHooks {
  private final List<Thread> hooks = new ArrayList<>();

  @Override
  public synchronized void add(Thread hook) {
    hooks.add(hook);
  }

  @Override
  public synchronized void remove(Thread hook) {
    hooks.remove(hook);
  }

  /** How many are armed. */
  public synchronized int armed() {
    return hooks.size();
  }

  /** Does what Ctrl-C does, here and now. */
  public void interrupt() {
    List<Thread> now;
    synchronized (this) {
      now = List.copyOf(hooks);
    }
    // On this thread: a hook is a Runnable as well.
    now.forEach(Thread::run);
  }
}

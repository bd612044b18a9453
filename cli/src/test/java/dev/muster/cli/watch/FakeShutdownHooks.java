// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import java.util.ArrayList;
import java.util.List;

/** Shutdown hooks that run when a test says so. */
public final class FakeShutdownHooks implements Interrupt.ShutdownHooks {
  private final List<Runnable> hooks = new ArrayList<>();

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
    List<Runnable> now;
    synchronized (this) {
      now = List.copyOf(hooks);
    }
    now.forEach(Runnable::run);
  }
}

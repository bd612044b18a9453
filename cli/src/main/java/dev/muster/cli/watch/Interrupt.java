// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What to say when Ctrl-C ends the process before it is disarmed. The process then ends with 130,
 * as the shell has it. Thread-safe.
 */
public final class Interrupt {
  private final ShutdownHooks hooks;
  private final Thread hook;
  private final AtomicBoolean armed = new AtomicBoolean(true);

  /** Where hooks go: the JVM's own, or a test's. */
  public interface ShutdownHooks {
    /** Those of this process. */
    ShutdownHooks OF_PROCESS =
        new ShutdownHooks() {
          @Override
          public void add(Thread hook) {
            try {
              Runtime.getRuntime().addShutdownHook(hook);
            } catch (IllegalStateException e) {
              // The process is ending already.
            }
          }

          @Override
          public void remove(Thread hook) {
            try {
              Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
              // The process is ending already.
            }
          }
        };

    /** Starts this thread when the process ends. */
    void add(Thread hook);

    /** Does so no longer. */
    void remove(Thread hook);
  }

  /** Arms it. */
  public Interrupt(ShutdownHooks hooks, Runnable farewell) {
    this.hooks = hooks;
    this.hook =
        new Thread(
            () -> {
              if (armed.getAndSet(false)) {
                farewell.run();
              }
            },
            "muster-interrupt");
    hooks.add(hook);
  }

  /** Disarms it. */
  public void disarm() {
    if (armed.getAndSet(false)) {
      hooks.remove(hook);
    }
  }
}

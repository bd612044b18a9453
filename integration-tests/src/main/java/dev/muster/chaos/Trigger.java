// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A signal that is ready to be sent: within a fraction of a millisecond, where starting {@code
 * kill} would take several. Used by one thread.
 */
final class Trigger implements AutoCloseable {
  private final Process shell;

  private Trigger(Process shell) {
    this.shell = shell;
  }

  /** Gets a signal to a process ready. */
  static Trigger arm(String signal, long pid) {
    try {
      return new Trigger(
          new ProcessBuilder("sh", "-c", "read go && kill -" + signal + " " + pid)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException e) {
      throw new ChaosFailedException("`sh` cannot be run", e);
    }
  }

  /** Sends it; returns when it has been sent. A process that has ended is passed over. */
  void pull() {
    try {
      shell.getOutputStream().write('\n');
      shell.getOutputStream().flush();
      var unused = shell.waitFor(5, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new ChaosFailedException("a signal cannot be sent", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    shell.destroyForcibly();
  }
}

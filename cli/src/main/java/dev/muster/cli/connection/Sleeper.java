// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import java.time.Duration;

/** Waits. A test does not. */
@FunctionalInterface
public interface Sleeper {
  /** Really waits. */
  Sleeper REAL = pause -> Thread.sleep(pause.toMillis());

  /** Waits for so long. */
  void sleep(Duration pause) throws InterruptedException;
}

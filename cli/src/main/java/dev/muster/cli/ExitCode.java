// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

/** What the process ends with. Scripts rely on the numbers. */
public enum ExitCode {
  /** Done; of a run or watch: every invocation succeeded. */
  SUCCESS(0),
  /** The execution settled, and not every invocation succeeded. */
  NOT_ALL_SUCCEEDED(1),
  /** The command line or the settings cannot be used. Nothing was sent. */
  USAGE(2),
  /** The server refused the request. */
  REFUSED(3),
  /** The server cannot be reached, or is not ready. */
  UNREACHABLE(4),
  /** Something unforeseen, here or in the server. */
  UNFORESEEN(5),
  /** Interrupted while following; the execution goes on. The same as the shell's own for Ctrl-C. */
  DETACHED(130);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  /** Returns the number. */
  public int number() {
    return number;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench;

import java.io.PrintStream;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Tells whoever waits what the bench is at. */
public final class Progress {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final PrintStream out;
  private final boolean verbose;

  Progress(PrintStream out, boolean verbose) {
    this.out = out;
    this.verbose = verbose;
  }

  /** Tells a step. */
  public void step(String text) {
    out.println(TIME.format(LocalTime.now(ZoneId.systemDefault())) + " " + text);
  }

  /** Tells what only those who asked for it want to see. */
  public void detail(String text) {
    if (verbose) {
      step("  " + text);
    }
  }
}

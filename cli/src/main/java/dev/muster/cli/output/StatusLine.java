// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

/** The last line of a terminal, drawn over again and again. Not thread-safe. */
public final class StatusLine {
  private final Terminal terminal;
  private String shown = "";

  /** Makes the line of a terminal that can be drawn over. */
  public StatusLine(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Shows this, cut to the width. */
  public void show(String text) {
    // The last column stays free: some terminals wrap there.
    shown = DisplayWidth.cut(SafeText.line(text), terminal.width() - 1);
    terminal.redraw(shown);
  }

  /** Prints a line for good above it. */
  public void printAbove(String line) {
    terminal.redraw("");
    terminal.line(line);
    terminal.redraw(shown);
  }

  /** Wipes it. */
  public void clear() {
    terminal.redraw("");
    shown = "";
  }
}

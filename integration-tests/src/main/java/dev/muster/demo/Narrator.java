// SPDX-License-Identifier: Apache-2.0
package dev.muster.demo;

import dev.muster.cli.output.Style;
import dev.muster.cli.output.Terminal;

/** Tells the story: headings, explanations, and the commands that a user would type. */
final class Narrator {
  private final Terminal terminal;
  private int chapter;

  Narrator(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Where the story is told. */
  Terminal terminal() {
    return terminal;
  }

  void chapter(String title) {
    chapter++;
    terminal.line("");
    terminal.line("━━ " + chapter + ". " + title + " ━━", Style.STRONG);
  }

  void say(String text) {
    terminal.line("");
    terminal.line(text);
  }

  void command(String command) {
    terminal.line("");
    terminal.line("$ " + command, Style.ACTIVE);
  }

  void result(String text) {
    terminal.line("  " + text);
  }

  /** Tells how to go on by hand. */
  void invite(Fleet fleet) {
    say("The fleet stays until Ctrl-C. In another terminal:");
    terminal.line("");
    terminal.line("  export MUSTER_SERVER=" + fleet.operatorAddress());
    terminal.line("  export MUSTER_TOKEN_FILE=" + fleet.adminToken());
    terminal.line("  export MUSTER_CA=" + fleet.certificateAuthority());
    terminal.line("  ./muster nodes");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.watch;

import dev.muster.cli.output.Terminal;
import dev.muster.proto.operator.v1.Execution;

/** Nothing on out, where a machine reads; what there is to tell goes to err. */
final class NoProgress implements Progress {
  private final Terminal terminal;

  NoProgress(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void show(Execution execution) {}

  @Override
  public void tell(String line) {
    terminal.note(line);
  }

  @Override
  public void close() {}
}

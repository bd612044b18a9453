// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.output.KeptOutput;
import java.util.function.Consumer;

/** Sends kept output over the connection of one session. Called on the loop. */
@FunctionalInterface
public interface UploadLine {
  /** What became of an upload. */
  enum End {
    /** The server has it, whole and durable. */
    STORED,
    /** It broke off; the server has nothing of it. */
    BROKEN,
    /** The server takes no more now; nothing was tried. */
    BUSY,
    /** It will never be taken. */
    REFUSED
  }

  /**
   * Begins to send a stream's kept output.
   *
   * @param onEnd called once, on the loop
   * @return breaks it off
   */
  Runnable send(InvocationId id, boolean stderr, KeptOutput output, Consumer<End> onEnd);
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.journal.InvocationId;
import dev.muster.proto.agent.v1.OutputChunk;
import dev.muster.proto.agent.v1.Progress;

/**
 * The way to the server, as runs see it. While there is no session everything here is dropped: the
 * next session begins with the whole journal. Called on the loop.
 */
public interface Uplink {
  /** There is something new to report of this invocation; {@link InvocationRunner} tells what. */
  void report(InvocationId id);

  /** How far a run has come; may be dropped. */
  void progress(Progress progress);

  /** What a run writes, while somebody watches; may be dropped. */
  void output(OutputChunk chunk);
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import dev.muster.agent.loop.Loop;
import dev.muster.proto.agent.v1.OutputChunk;
import dev.muster.proto.agent.v1.Tail;

/** Shows the output of runs to the server while it is written and somebody watches. */
final class OutputTail {
  private static final int CHUNK_BYTES = 16 << 10;

  private final Loop loop;
  private final Uplink uplink;

  OutputTail(Loop loop, Uplink uplink) {
    this.loop = loop;
    this.uplink = uplink;
  }

  /** Begins to show a run's output, or ends it. */
  void tail(LiveRun run, Tail tail) {
    run.capture(false).tap(tail.getOn() ? tap(tail.getInvocationId(), false) : null);
    run.capture(true).tap(tail.getOn() ? tap(tail.getInvocationId(), true) : null);
  }

  private OutputCapture.Tap tap(String invocationId, boolean stderr) {
    return (offset, data) -> {
      for (int from = 0; from < data.size(); from += CHUNK_BYTES) {
        OutputChunk chunk =
            OutputChunk.newBuilder()
                .setInvocationId(invocationId)
                .setStderr(stderr)
                .setOffset(offset + from)
                .setData(data.substring(from, Math.min(data.size(), from + CHUNK_BYTES)))
                .build();
        loop.execute(() -> uplink.output(chunk));
      }
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.execution;

import com.google.protobuf.ByteString;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.loop.Loop;
import dev.muster.proto.agent.v1.OutputChunk;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Shows the output of runs to the server while it is written and somebody watches. What cannot be
 * sent at once is dropped, which its offsets show: neither the run nor memory pays for a slow
 * connection. Confined to the loop, but for the taps.
 */
final class OutputTail {
  private static final int CHUNK_BYTES = 16 << 10;

  /** Chunks that the loop has not dealt with; beyond, output is dropped. */
  private static final int MOST_UNDER_WAY = 32;

  /** A server that watches more than runs here gets no answer about the rest. */
  private static final int MOST_WATCHED = 1_024;

  private final Loop loop;
  private final Uplink uplink;
  private final Semaphore underWay = new Semaphore(MOST_UNDER_WAY);
  private final Set<InvocationId> watched = new LinkedHashSet<>();

  OutputTail(Loop loop, Uplink uplink) {
    this.loop = loop;
    this.uplink = uplink;
  }

  /** Nobody watches on a new stream, until the server says so. */
  void beginStream(Iterable<LiveRun> runs) {
    watched.clear();
    runs.forEach(run -> show(run, "", false));
  }

  /**
   * Notes whether somebody watches an invocation, also one that is yet to come: the word of it may
   * overtake its EXECUTE.
   */
  void tail(InvocationId id, boolean on) {
    if (!on) {
      watched.remove(id);
    } else if (watched.size() < MOST_WATCHED) {
      watched.add(id);
    }
  }

  /** Shows a run's output from now on, if somebody watches it; else ends that. */
  void show(InvocationId id, LiveRun run) {
    show(run, id.toString(), watched.contains(id));
  }

  /** Nothing more comes of it. */
  void ended(InvocationId id) {
    watched.remove(id);
  }

  private void show(LiveRun run, String id, boolean on) {
    run.capture(false).tap(on ? tap(id, false) : null);
    run.capture(true).tap(on ? tap(id, true) : null);
  }

  private OutputCapture.Tap tap(String invocationId, boolean stderr) {
    return (offset, data) -> {
      for (int from = 0; from < data.size(); from += CHUNK_BYTES) {
        send(
            invocationId,
            stderr,
            offset + from,
            data.substring(from, Math.min(data.size(), from + CHUNK_BYTES)));
      }
    };
  }

  private void send(String invocationId, boolean stderr, long offset, ByteString data) {
    if (!underWay.tryAcquire()) {
      return;
    }
    OutputChunk chunk =
        OutputChunk.newBuilder()
            .setInvocationId(invocationId)
            .setStderr(stderr)
            .setOffset(offset)
            .setData(data)
            .build();
    loop.execute(
        () -> {
          underWay.release();
          uplink.output(chunk);
        });
  }
}

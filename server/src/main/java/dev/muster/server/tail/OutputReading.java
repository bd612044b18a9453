// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tail;

import dev.muster.server.error.BusException;
import dev.muster.server.error.ErrorReason;
import dev.muster.server.follow.Following;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.invocation.Result;
import dev.muster.server.ledger.StoreTransaction;
import dev.muster.server.node.NodeId;
import dev.muster.server.output.RunStream;
import dev.muster.server.output.StoredOutput;
import dev.muster.server.tail.OutputListener.Gap;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One who reads the output of one run: live while it goes on, if asked to, then what is kept of it
 * behind the last byte that came. Runs on the readings' executor. Public methods may be called by
 * any thread.
 */
public final class OutputReading extends Following {
  private static final int PIECE_BYTES = 64 << 10;

  private final InvocationId id;
  private final RunStream stream;
  private final boolean follow;
  private final OutputListener listener;
  private final OutputReadings readings;
  private final LiveBytes live = new LiveBytes();
  private volatile boolean settled; // written once, by the commits' thread
  private volatile @Nullable NodeId node; // written once, by the reading

  // One step at a time.
  private boolean looked;
  private long position;
  private @Nullable KeptBytes kept;

  /** What the store knows of the run's output. */
  private record Found(
      Invocation invocation, Optional<Result> result, Optional<StoredOutput> stored) {}

  OutputReading(
      InvocationId id,
      RunStream stream,
      long offset,
      boolean follow,
      OutputListener listener,
      OutputReadings readings) {
    super(readings.executor(), "reading invocation=" + id, "read again from the last offset");
    this.id = id;
    this.stream = stream;
    this.position = offset;
    this.follow = follow;
    this.listener = listener;
    this.readings = readings;
  }

  InvocationId id() {
    return id;
  }

  boolean follows() {
    return follow;
  }

  /** Returns whose run it is; null before that is known. */
  @Nullable NodeId node() {
    return node;
  }

  /** The run wrote this. Any thread; returns at once. */
  void written(NodeId by, boolean stderr, long offset, byte[] data) {
    if (by.equals(node) && stderr == (stream == RunStream.STDERR)) {
      live.offer(offset, data);
      ready();
    }
  }

  /** The run has settled. Any thread; returns at once. */
  void settled() {
    settled = true;
    ready();
  }

  @Override
  protected void proceed() {
    if (!looked) {
      looked = true;
      look();
    }
    while (!isClosed() && listener.isReady()) {
      KeptBytes bytes = kept;
      if (bytes == null && !showLive()) {
        return;
      }
      if (bytes != null && !showKept(bytes)) {
        end(Optional.empty());
      }
    }
  }

  /** Finds what there is; what has not settled is followed, or has nothing yet. */
  private void look() {
    Found found = readings.store().read(this::find);
    node = found.invocation().nodeId();
    if (found.invocation().state().isSettled()) {
      Result.Output told =
          found
              .result()
              .map(result -> stream == RunStream.STDERR ? result.stderr() : result.stdout())
              .orElse(Result.Output.NONE);
      kept = KeptBytes.of(id, told, found.stored(), readings.files());
    } else if (follow) {
      readings.showLive(this, found.invocation());
    } else {
      end(Optional.empty());
    }
  }

  private Found find(StoreTransaction tx) {
    Invocation invocation =
        tx.invocations()
            .find(id)
            .orElseThrow(
                () ->
                    BusException.of(ErrorReason.INVOCATION_NOT_FOUND)
                        .message("There is no invocation " + id + ".")
                        .with("invocation_id", id)
                        .build());
    return new Found(
        invocation,
        Optional.ofNullable(tx.invocations().results(List.of(id)).get(id)),
        tx.outputs().find(id, stream));
  }

  /** Shows the next live bytes; false: none are there now. */
  private boolean showLive() {
    boolean over = settled; // Before the look: what comes later is in what is kept.
    LiveBytes.Piece piece = live.poll();
    if (piece == null) {
      if (over) {
        look();
      }
      return over;
    }
    long known = Math.max(0, position - piece.offset());
    if (known < piece.data().length) {
      byte[] fresh =
          known == 0
              ? piece.data()
              : Arrays.copyOfRange(piece.data(), (int) known, piece.data().length);
      show(piece.offset() + known, fresh, Gap.NOT_SHOWN);
    }
    return true;
  }

  /** Shows the next kept bytes; false: there are no more. */
  private boolean showKept(KeptBytes bytes) {
    long next = bytes.next(position);
    if (bytes.isEnd(next)) {
      return false;
    }
    show(next, bytes.read(next, PIECE_BYTES), Gap.TRUNCATED);
    return true;
  }

  private void show(long offset, byte[] bytes, Gap ifSkipped) {
    long skipped = offset - position;
    listener.onBytes(offset, bytes, skipped, skipped > 0 ? ifSkipped : Gap.NONE);
    position = offset + bytes.length;
  }

  @Override
  protected void onClosed() {
    readings.closed(this);
  }

  @Override
  protected void onEnd(Optional<BusException> refusal) {
    listener.onEnd(refusal);
  }
}

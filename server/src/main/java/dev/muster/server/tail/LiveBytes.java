// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tail;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What one reader has not taken yet of a run that goes on. At most {@link #MOST_BYTES}: what comes
 * while it is full is dropped, which the offsets show. Thread-safe.
 */
final class LiveBytes {
  /** Most bytes that wait for one reader. */
  static final int MOST_BYTES = 1 << 20;

  private final Object lock = new Object();

  @GuardedBy("lock") private final Queue<Piece> waiting = new ArrayDeque<>();

  @GuardedBy("lock") private int bytes;

  /** Bytes that were written one after the other. */
  @SuppressWarnings("ArrayRecordComponent") // Opaque bytes, passed through; never compared.
  record Piece(long offset, byte[] data) {}

  /** Adds what was written, if there is room. */
  void offer(long offset, byte[] data) {
    synchronized (lock) {
      if (bytes + data.length <= MOST_BYTES) {
        waiting.add(new Piece(offset, data));
        bytes += data.length;
      }
    }
  }

  /** Takes the oldest; null: none waits. */
  @Nullable Piece poll() {
    synchronized (lock) {
      Piece piece = waiting.poll();
      if (piece != null) {
        bytes -= piece.data().length;
      }
      return piece;
    }
  }
}

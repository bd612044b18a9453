// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tail;

import dev.muster.server.error.BusException;
import java.util.Optional;

/** Who reads a run's output. Called by one thread at a time. */
public interface OutputListener {
  /** Why bytes are passed over. */
  enum Gap {
    /** None are. */
    NONE,
    /** Nobody has kept them. */
    TRUNCATED,
    /** They were written before the reading began, or faster than they could be shown. */
    NOT_SHOWN
  }

  /** Returns whether more can be taken now. */
  boolean isReady();

  /**
   * The next bytes.
   *
   * @param offset position of the first in all that the stream wrote
   * @param skipped how many are passed over before them
   */
  void onBytes(long offset, byte[] bytes, long skipped, Gap gap);

  /** Nothing more comes; empty: all went well. */
  void onEnd(Optional<BusException> refusal);
}

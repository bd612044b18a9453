// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.output;

/**
 * Where the bytes of a stream are in its file: behind a header the head, as they came, then the
 * tail, a ring. What is in the file follows from the cap and from how much was written. Pure.
 *
 * @param cap most bytes that are kept
 * @param total bytes that were written in all
 */
record KeptLayout(long cap, long total) {
  static final int HEADER_BYTES = 16;

  long headCap() {
    return cap - cap / 2;
  }

  long tailCap() {
    return cap / 2;
  }

  /** Returns how many bytes of the head are kept. */
  long headBytes() {
    return Math.min(total, headCap());
  }

  /** Returns how many bytes of the tail are kept. */
  long tailBytes() {
    return Math.min(total - headBytes(), tailCap());
  }

  long keptBytes() {
    return headBytes() + tailBytes();
  }

  boolean isTruncated() {
    return total > cap;
  }

  long fileBytes() {
    return HEADER_BYTES + keptBytes();
  }

  /** Returns where in the file the byte is that was written at this position, if it is kept. */
  long placeOf(long position) {
    return position < headCap()
        ? HEADER_BYTES + position
        : HEADER_BYTES + headCap() + (position - headCap()) % tailCap();
  }

  /** Returns how many bytes from this position on are one after the other in the file. */
  long runFrom(long position) {
    return position < headCap()
        ? headCap() - position
        : tailCap() - (position - headCap()) % tailCap();
  }

  /** Returns the position in the stream of the byte that is kept as this one, counted from 0. */
  long positionOf(long kept) {
    return kept < headBytes() ? kept : total - keptBytes() + kept;
  }
}

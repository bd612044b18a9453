// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.output;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The file of one stream of one run while it is written: head and tail within a cap, so that
 * neither memory nor disk grows beyond it. Not thread-safe: its capture calls it under a lock.
 */
public final class SpillFile {
  static final int MAGIC = 0x4d55534f;
  static final int VERSION = 1;

  private final OutputFolder folder;
  private final Path path;
  private final KeptLayout layout;
  // No channel: a run that is told to stop is interrupted, and an interrupt closes channels.
  private final RandomAccessFile file;
  private long reserved;

  SpillFile(OutputFolder folder, Path path, long cap) throws IOException {
    this.folder = folder;
    this.path = path;
    this.layout = new KeptLayout(cap, 0);
    this.file = new RandomAccessFile(path.toFile(), "rw");
    try {
      file.setLength(0);
      file.write(
          ByteBuffer.allocate(KeptLayout.HEADER_BYTES)
              .putInt(MAGIC)
              .putInt(VERSION)
              .putLong(cap)
              .array());
    } catch (IOException e) {
      discard();
      throw e;
    }
  }

  /**
   * Keeps what was written at a position of the stream, as far as it is kept at all.
   *
   * @throws IOException if the disk does not take it, or the folder has no room; then the file is
   *     of no use
   */
  public void write(long position, byte[] bytes, int offset, int length) throws IOException {
    reserve(position + length);
    long at = position;
    int from = offset;
    int end = offset + length;
    if (at >= layout.headCap() && length > layout.tailCap()) {
      int passed = (int) (length - layout.tailCap()); // Only the last of a long write is kept.
      at += passed;
      from += passed;
    }
    while (from < end && (at < layout.headCap() || layout.tailCap() > 0)) {
      int part = (int) Math.min(end - from, layout.runFrom(at));
      file.seek(layout.placeOf(at));
      file.write(bytes, from, part);
      at += part;
      from += part;
    }
  }

  /** Makes what was written durable, and ends it. */
  public void finish() throws IOException {
    file.getFD().sync();
    file.close();
  }

  /** Takes the file away: it is of no use. */
  public void discard() {
    try {
      file.close();
    } catch (IOException e) {
      // It goes in any case.
    }
    folder.delete(path, reserved);
  }

  private void reserve(long total) throws IOException {
    long needed = new KeptLayout(layout.cap(), total).keptBytes();
    if (needed > reserved) {
      folder.reserve(needed - reserved);
      reserved = needed;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * SQLite's log as a file. What is up to its last commit may be durable and must survive; what is
 * behind it was never promised to anyone, and a power cut may leave anything there.
 *
 * <p>After {@code kill -9} the file holds all that the server wrote, synced or not, so nobody can
 * tell which of the last commits were synced. Tearing therefore never touches a whole commit: it
 * shows that rubbish behind the last one costs nothing, and not what a disk does that forgets what
 * it has confirmed.
 */
final class WriteAheadLog {
  private static final int HEADER = 32;
  private static final int FRAME_HEADER = 24;
  private static final int LITTLE_ENDIAN = 0x377f0682;
  private static final int BIG_ENDIAN = 0x377f0683;

  private WriteAheadLog() {}

  /** Returns where the last whole commit ends; 0 where there is none, or no log. */
  static long committedEnd(Path log) throws IOException {
    if (!Files.exists(log)) {
      return 0;
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(log));
    if (bytes.limit() < HEADER) {
      return 0;
    }
    int magic = bytes.getInt(0);
    if (magic != LITTLE_ENDIAN && magic != BIG_ENDIAN) {
      return 0;
    }
    ByteOrder order = magic == BIG_ENDIAN ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    int pageSize = bytes.getInt(8);
    int frame = FRAME_HEADER + pageSize;
    int[] sum = checksum(bytes, order, 0, FRAME_HEADER, new int[2]);
    long end = 0;
    for (int at = HEADER; at + frame <= bytes.limit(); at += frame) {
      boolean current =
          bytes.getInt(at + 8) == bytes.getInt(16) && bytes.getInt(at + 12) == bytes.getInt(20);
      if (!current) {
        break;
      }
      sum = checksum(bytes, order, at, 8, sum);
      sum = checksum(bytes, order, at + FRAME_HEADER, pageSize, sum);
      if (sum[0] != bytes.getInt(at + 16) || sum[1] != bytes.getInt(at + 20)) {
        break;
      }
      if (bytes.getInt(at + 4) != 0) { // The size of the database: only a commit tells it.
        end = at + (long) frame;
      }
    }
    return end;
  }

  /** Leaves rubbish behind the last commit, or cuts off what was there. */
  static void tear(Path log, Chance chance) throws IOException {
    long end = committedEnd(log);
    if (end == 0) {
      return;
    }
    try (FileChannel channel =
        FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (chance.percent(30)) {
        channel.truncate(end);
        return;
      }
      byte[] rubbish = new byte[chance.between(1, 20_000)];
      chance.fill(rubbish);
      if (chance.percent(50)) {
        // A frame of this log whose page never came through whole.
        ByteBuffer header = ByteBuffer.allocate(FRAME_HEADER);
        var unused = channel.read(header, HEADER);
        System.arraycopy(header.array(), 0, rubbish, 0, Math.min(FRAME_HEADER, rubbish.length));
      }
      for (ByteBuffer left = ByteBuffer.wrap(rubbish); left.hasRemaining(); ) {
        end += channel.write(left, end);
      }
    }
  }

  private static int[] checksum(
      ByteBuffer bytes, ByteOrder order, int from, int length, int[] start) {
    ByteBuffer words = bytes.duplicate().order(order);
    int first = start[0];
    int second = start[1];
    for (int at = from; at < from + length; at += 8) {
      first += words.getInt(at) + second;
      second += words.getInt(at + 4) + first;
    }
    return new int[] {first, second};
  }
}

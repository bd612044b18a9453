// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import dev.muster.agent.durable.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The epoch's file: the number and its CRC-32C. A damaged one counts as none. */
final class EpochFile {
  private static final Logger log = LoggerFactory.getLogger(EpochFile.class);
  private static final String DIRECTORY = "";
  private static final String NAME = "epoch";
  private static final int BYTES = Long.BYTES + Integer.BYTES;
  private static final int MOST_BYTES = 1_024;

  private EpochFile() {}

  /** Returns the epoch; 0: there is none. */
  static long read(DurableFiles files) throws IOException {
    return files.exists(NAME) ? decode(files.read(NAME, MOST_BYTES)) : 0;
  }

  static void write(DurableFiles files, long epoch) throws IOException {
    files.replace(
        DIRECTORY, NAME, ByteBuffer.allocate(BYTES).putLong(epoch).putInt(checksum(epoch)).array());
  }

  private static long decode(byte[] file) {
    if (file.length == BYTES) {
      ByteBuffer buffer = ByteBuffer.wrap(file);
      long epoch = buffer.getLong();
      if (buffer.getInt() == checksum(epoch) && epoch >= 0) {
        return epoch;
      }
    }
    log.error("The journal's epoch is damaged and counts as none.");
    return 0;
  }

  private static int checksum(long epoch) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(epoch).flip());
    return (int) crc.getValue();
  }
}

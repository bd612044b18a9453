// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.journal;

import com.google.protobuf.ByteString;
import dev.muster.agent.durable.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file with the journal's id, in hexadecimal. */
final class JournalIdFile {
  private static final Logger log = LoggerFactory.getLogger(JournalIdFile.class);
  private static final String DIRECTORY = "";
  private static final String NAME = "journal.id";
  private static final int ID_BYTES = 16;
  private static final int MOST_BYTES = 1_024;

  private JournalIdFile() {}

  /** Returns the id; a new one where there is none, or none that can be read. */
  static ByteString readOrMake(DurableFiles files, SecureRandom random) throws IOException {
    if (files.exists(NAME)) {
      try {
        byte[] id =
            HexFormat.of()
                .parseHex(
                    new String(files.read(NAME, MOST_BYTES), StandardCharsets.US_ASCII).strip());
        if (id.length == ID_BYTES) {
          return ByteString.copyFrom(id);
        }
      } catch (IllegalArgumentException e) {
        log.debug("The journal's id is no hexadecimal text.", e);
      }
      log.error("The journal's id is damaged; it gets a new one, and proves nothing of before.");
    }
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    files.replace(
        DIRECTORY, NAME, HexFormat.of().formatHex(id).getBytes(StandardCharsets.US_ASCII));
    return ByteString.copyFrom(id);
  }
}

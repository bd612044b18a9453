// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.access;

import dev.muster.server.credential.PrivateFile;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.OperatorToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file in which the first start leaves the token of the first admin: {@code admin-token} in the
 * data directory, mode 0600. Whoever runs the server may read it; deleting it takes nothing from
 * the token.
 */
public final class AdminTokenFile {
  /** Name of the file in the data directory. */
  public static final String FILE = "admin-token";

  private final Path file;

  /** Names the file of this data directory; touches nothing. */
  public AdminTokenFile(Path dataDirectory) {
    this.file = dataDirectory.resolve(FILE);
  }

  /** Returns where it is. */
  public Path path() {
    return file;
  }

  /**
   * Writes the token, replacing another.
   *
   * @throws IOException if it cannot be written
   */
  public void write(OperatorToken token) throws IOException {
    PrivateFile.write(file, (token.format() + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Returns the token, if the file is there.
   *
   * @throws IOException if it cannot be read, or holds no token
   */
  public Optional<OperatorToken> read() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(OperatorToken.parse(Files.readString(file).strip()));
    } catch (CredentialFormatException e) {
      throw new IOException(file + " holds no operator token. " + e.getMessage(), e);
    }
  }
}

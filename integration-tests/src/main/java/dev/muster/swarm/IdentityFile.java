// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm;

import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.NodeSecretKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The keys of a swarm's nodes, kept between its runs, and the authority of their server. One line
 * each; only ever added to. Readable by its owner alone. Not thread-safe.
 */
final class IdentityFile {
  private static final String NODE = "node ";
  private static final String AUTHORITY = "authority ";

  private final Optional<Path> file;
  private final List<Identity> identities = new ArrayList<>();
  private Optional<String> authorityPem = Optional.empty();

  private IdentityFile(Optional<Path> file) {
    this.file = file;
  }

  /**
   * Reads the file.
   *
   * @param file where it is, or is to be; empty: keys are forgotten with the process
   * @throws IOException if it cannot be read, or is no such file
   */
  static IdentityFile open(Optional<Path> file) throws IOException {
    IdentityFile opened = new IdentityFile(file);
    if (file.isPresent() && Files.exists(file.get())) {
      for (String line : Files.readAllLines(file.get(), StandardCharsets.UTF_8)) {
        opened.read(line);
      }
    }
    return opened;
  }

  private void read(String line) throws IOException {
    try {
      if (line.startsWith(NODE)) {
        String[] words = line.split(" ", -1);
        if (words.length != 3) {
          throw new IOException("a line of the identities does not have three words");
        }
        identities.add(new Identity(words[1], NodeSecretKey.parse(words[2])));
      } else if (line.startsWith(AUTHORITY)) {
        authorityPem =
            Optional.of(
                new String(
                    Base64.getDecoder().decode(line.substring(AUTHORITY.length())),
                    StandardCharsets.US_ASCII));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        throw new IOException("a line of the identities is neither a node nor an authority");
      }
    } catch (CredentialFormatException | IllegalArgumentException e) {
      throw new IOException("the identities cannot be read: " + e.getMessage(), e);
    }
  }

  /** Returns all nodes, in the order in which they were enrolled. */
  List<Identity> identities() {
    return List.copyOf(identities);
  }

  /** Returns the authority that signs the server's certificate; empty where none is known. */
  Optional<String> authorityPem() {
    return authorityPem;
  }

  /** Adds nodes, durably where there is a file. */
  void add(List<Identity> added) throws IOException {
    StringBuilder lines = new StringBuilder();
    added.forEach(
        identity ->
            lines
                .append(NODE)
                .append(identity.name())
                .append(' ')
                .append(identity.key().format())
                .append('\n'));
    append(lines.toString());
    identities.addAll(added);
  }

  /** Sets the authority, durably where there is a file. */
  void setAuthority(String pem) throws IOException {
    if (!pem.isEmpty() && !authorityPem.equals(Optional.of(pem))) {
      String encoded = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
      append(AUTHORITY + encoded + "\n");
      authorityPem = Optional.of(pem);
    }
  }

  private void append(String lines) throws IOException {
    if (file.isEmpty() || lines.isEmpty()) {
      return;
    }
    if (!Files.exists(file.get())) {
      Files.createFile(
          file.get(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(
        file.get(),
        lines,
        StandardCharsets.UTF_8,
        StandardOpenOption.APPEND,
        StandardOpenOption.DSYNC);
  }
}

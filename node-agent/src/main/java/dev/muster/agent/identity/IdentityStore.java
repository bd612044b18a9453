// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.identity;

import dev.muster.agent.durable.DiskFiles;
import dev.muster.agent.durable.DurableFiles;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.JoinToken;
import dev.muster.wire.NodeSecretKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * The node's identity on disk, in files that only their owner reads: {@code node.key}, {@code
 * ca.pem}, and {@code enrollment-request} while there is no key. A key that gives way to another is
 * kept as {@code node.key.previous}; none is ever deleted. Not thread-safe; reading beside a
 * running agent is fine.
 */
public final class IdentityStore {
  private static final String ROOT = "";
  private static final String KEY = "node.key";
  private static final String PREVIOUS_KEY = "node.key.previous";
  private static final String CA = "ca.pem";
  private static final String REQUEST = "enrollment-request";
  private static final int MAX_BYTES = 64 << 10;

  private final DurableFiles files;

  /** Keeps the identity in this directory. */
  public IdentityStore(Path directory) {
    this(new DiskFiles(directory));
  }

  IdentityStore(DurableFiles files) {
    this.files = files;
  }

  /**
   * Returns the node's key.
   *
   * @throws IOException if the file cannot be read, or what is in it is no key
   */
  public Optional<NodeSecretKey> key() throws IOException {
    Optional<String> text = read(KEY);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(NodeSecretKey.parse(text.get()));
    } catch (CredentialFormatException e) {
      throw new IOException("The key file " + KEY + " is damaged: " + e.getMessage(), e);
    }
  }

  /** Returns the certificate of the authority that the server's is checked against. */
  public Optional<String> caCertificatePem() throws IOException {
    return read(CA);
  }

  /**
   * Stores what an enrollment brought. The key comes last: once it is there, so is the rest.
   *
   * @param caCertificatePem empty for a plaintext server
   */
  public void store(NodeSecretKey key, String caCertificatePem) throws IOException {
    files.createDirectory(ROOT);
    if (!caCertificatePem.isEmpty()) {
      write(CA, caCertificatePem);
    }
    replaceKey(key);
    files.delete(REQUEST);
  }

  /** Stores a new key of the node, and keeps the one before. */
  public void replaceKey(NodeSecretKey key) throws IOException {
    Optional<String> before = read(KEY);
    if (before.isPresent() && !before.get().equals(key.format())) {
      write(PREVIOUS_KEY, before.get() + "\n");
    }
    write(KEY, key.format() + "\n");
  }

  /**
   * Returns the id of the enrollment with this token, the same until it has succeeded: so a lost
   * answer can be asked for again.
   */
  public String enrollmentRequestId(JoinToken token) throws IOException {
    files.createDirectory(ROOT);
    String suffix = " " + token.id();
    Optional<String> before = read(REQUEST).filter(text -> text.endsWith(suffix));
    if (before.isPresent()) {
      return before.get().substring(0, before.get().length() - suffix.length());
    }
    String made = UUID.randomUUID().toString();
    write(REQUEST, made + suffix + "\n");
    return made;
  }

  private Optional<String> read(String name) throws IOException {
    return files.exists(name)
        ? Optional.of(new String(files.read(name, MAX_BYTES), StandardCharsets.UTF_8).strip())
        : Optional.empty();
  }

  private void write(String name, String text) throws IOException {
    files.replace(ROOT, name, text.getBytes(StandardCharsets.UTF_8));
  }
}

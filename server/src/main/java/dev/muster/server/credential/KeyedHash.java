// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.credential;

import dev.muster.wire.JoinToken;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.OperatorToken;
import dev.muster.wire.Secret;
import dev.muster.wire.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns credentials into what the store keeps: HMAC-SHA-256 under the server's pepper, over kind,
 * id and secret. A random key of 256 bits needs no slow hash; without the pepper, a stolen store
 * tells nothing. Thread-safe.
 */
public final class KeyedHash {
  /**
   * Name of the pepper's file in the data directory. It belongs into every backup: without it no
   * credential is valid.
   */
  public static final String FILE = "pepper";

  /** Number of bytes in a hash. */
  public static final int BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";
  private static final int ID_BYTES = 16;

  private final SecretKeySpec pepper;

  private KeyedHash(byte[] pepper) {
    this.pepper = new SecretKeySpec(pepper, ALGORITHM);
  }

  /**
   * Returns the hash under this pepper.
   *
   * @throws IllegalArgumentException unless it has 32 bytes
   */
  public static KeyedHash of(byte[] pepper) {
    if (pepper.length != BYTES) {
      throw new IllegalArgumentException("a pepper has " + BYTES + " bytes, not " + pepper.length);
    }
    return new KeyedHash(pepper);
  }

  /**
   * Returns the hash under the pepper of this data directory, making the pepper if there is none.
   *
   * @throws IOException if the file cannot be read or written, or is damaged
   */
  public static KeyedHash load(Path dataDirectory, SecureRandom random) throws IOException {
    Path file = dataDirectory.resolve(FILE);
    if (!Files.exists(file)) {
      byte[] fresh = new byte[BYTES];
      random.nextBytes(fresh);
      PrivateFile.write(file, fresh);
    }
    byte[] pepper = Files.readAllBytes(file);
    if (pepper.length != BYTES) {
      throw new IOException(
          file + " has " + pepper.length + " bytes instead of 32. Restore it from a backup.");
    }
    return new KeyedHash(pepper);
  }

  /** Returns what the store keeps of a node secret key. */
  public Sha256 hash(NodeSecretKey key) {
    return hash("nsk", key.nodeId(), key.secret());
  }

  /** Returns what the store keeps of a join token. */
  public Sha256 hash(JoinToken token) {
    return hash("mjt", token.id(), token.secret());
  }

  /** Returns what the store keeps of an operator token. */
  public Sha256 hash(OperatorToken token) {
    return hash("mot", token.id(), token.secret());
  }

  /** Returns 32 bytes that serve as another key, for this purpose only. */
  public byte[] derive(String purpose) {
    return mac(("key " + purpose).getBytes(StandardCharsets.UTF_8));
  }

  /** Compares two hashes in constant time. */
  public static boolean matches(Sha256 stored, Sha256 presented) {
    return MessageDigest.isEqual(stored.bytes(), presented.bytes());
  }

  private Sha256 hash(String kind, UUID id, Secret secret) {
    byte[] label = (kind + "\0").getBytes(StandardCharsets.US_ASCII);
    return Sha256.of(
        mac(
            ByteBuffer.allocate(label.length + ID_BYTES + Secret.BYTES)
                .put(label)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .put(secret.bytes())
                .array()));
  }

  private byte[] mac(byte[] input) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(pepper);
      return mac.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}

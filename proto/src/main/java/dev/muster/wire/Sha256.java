// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 digest as a value: small, comparable, immutable. Not for secrets: it is not compared in
 * constant time.
 */
public record Sha256(long first, long second, long third, long fourth) {
  /** Number of bytes in a digest. */
  public static final int BYTES = 32;

  /** Returns the digest of all these bytes, one part after the other. */
  public static Sha256 hash(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return of(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Returns the digest that has these bytes.
   *
   * @throws IllegalArgumentException unless there are exactly {@link #BYTES}
   */
  public static Sha256 of(byte[] digest) {
    if (digest.length != BYTES) {
      throw new IllegalArgumentException(
          "a SHA-256 digest has " + BYTES + " bytes, not " + digest.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(digest);
    return new Sha256(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
  }

  /**
   * Returns the digest that this text, 64 hex digits, stands for.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static Sha256 parse(String hex) {
    return of(HexFormat.of().parseHex(hex));
  }

  /** Returns the 32 bytes. */
  public byte[] bytes() {
    return ByteBuffer.allocate(BYTES)
        .putLong(first)
        .putLong(second)
        .putLong(third)
        .putLong(fourth)
        .array();
  }

  /** Returns the 64 lower-case hex digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes());
  }
}

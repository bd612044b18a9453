// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/** 32 secret bytes. Compared in constant time; prints itself redacted. Immutable, thread-safe. */
public final class Secret {
  /** Number of bytes in a secret. */
  public static final int BYTES = 32;

  private final byte[] bytes;

  private Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns a secret of a copy of these bytes.
   *
   * @throws IllegalArgumentException unless there are exactly {@link #BYTES}
   */
  public static Secret of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a secret has " + BYTES + " bytes, not " + bytes.length);
    }
    return new Secret(bytes.clone());
  }

  /** Returns a fresh random secret. */
  public static Secret random(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new Secret(bytes);
  }

  /** Returns a copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Compares in constant time. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that && MessageDigest.isEqual(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "redacted";
  }
}

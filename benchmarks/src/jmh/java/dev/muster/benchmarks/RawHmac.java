// SPDX-License-Identifier: Apache-2.0
package dev.muster.benchmarks;

import java.security.GeneralSecurityException;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256 over so many bytes and nothing else, by one object that is kept. */
final class RawHmac {
  private final byte[] input;
  private final Mac mac;

  RawHmac(int inputBytes) {
    this.input = bytes(inputBytes);
    try {
      this.mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(bytes(32), "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  byte[] hash() {
    return mac.doFinal(input);
  }

  /** Returns bytes that are always the same. */
  static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}

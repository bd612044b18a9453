// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * The text form that credentials share: a prefix, then base64url without padding, then perhaps
 * {@code _} and the CRC-32 of all text before it in 8 lower-case hex digits. Lengths are fixed, so
 * nothing is found by searching for a separator. Exactly one text stands for one credential.
 */
final class CredentialText {
  private static final int ID_BYTES = 16;
  private static final int CHECKSUM_CHARS = 8;

  private CredentialText() {}

  /** An id and its secret, decoded. */
  record IdAndSecret(UUID id, Secret secret) {}

  static String format(String prefix, UUID id, Secret secret) {
    ByteBuffer payload =
        ByteBuffer.allocate(ID_BYTES + Secret.BYTES)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .put(secret.bytes());
    return prefix + encode(payload.array());
  }

  static String withChecksum(String text) {
    return text + "_" + checksum(text);
  }

  /** Takes the checksum off, once it is found right. */
  static String withoutChecksum(String what, String prefix, String text)
      throws CredentialFormatException {
    requirePrefix(what, prefix, text);
    int length = prefix.length() + encodedLength(ID_BYTES + Secret.BYTES) + 1 + CHECKSUM_CHARS;
    requireLength(what, length, text);
    int end = length - CHECKSUM_CHARS - 1;
    String body = text.substring(0, end);
    if (text.charAt(end) != '_' || !text.substring(end + 1).equals(checksum(body))) {
      throw new CredentialFormatException("The checksum of this " + what + " is wrong.");
    }
    return body;
  }

  static IdAndSecret parse(String what, String prefix, String text)
      throws CredentialFormatException {
    requirePrefix(what, prefix, text);
    ByteBuffer payload =
        ByteBuffer.wrap(decode(what, text.substring(prefix.length()), ID_BYTES + Secret.BYTES));
    UUID id = new UUID(payload.getLong(), payload.getLong());
    byte[] secret = new byte[Secret.BYTES];
    payload.get(secret);
    return new IdAndSecret(id, Secret.of(secret));
  }

  static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static byte[] decode(String what, String text, int bytes) throws CredentialFormatException {
    if (text.length() != encodedLength(bytes)) {
      throw new CredentialFormatException("This " + what + " is cut, or has something added.");
    }
    byte[] decoded;
    try {
      decoded = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new CredentialFormatException(
          "This " + what + " has a character that is not base64url.");
    }
    // The decoder takes padding, and any value in the bits that the last character has too many.
    if (decoded.length != bytes || !encode(decoded).equals(text)) {
      throw new CredentialFormatException("This " + what + " is not canonical base64url.");
    }
    return decoded;
  }

  private static void requirePrefix(String what, String prefix, String text)
      throws CredentialFormatException {
    if (!text.startsWith(prefix)) {
      throw new CredentialFormatException("This " + what + " does not begin with " + prefix + ".");
    }
  }

  private static void requireLength(String what, int length, String text)
      throws CredentialFormatException {
    if (text.length() != length) {
      throw new CredentialFormatException(
          "This " + what + " has " + text.length() + " characters instead of " + length + ".");
    }
  }

  private static int encodedLength(int bytes) {
    return (bytes * 4 + 2) / 3;
  }

  private static String checksum(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import java.util.UUID;

/**
 * The bearer credential of an operator. Its text is {@code mot_<base64url(token id, 16 bytes ‖
 * secret, 32 bytes)>_<crc32>}, 77 characters. Prints itself redacted and compares in constant time.
 *
 * @param id id of the token, not of the operator
 * @param secret what only the operator knows
 */
public record OperatorToken(UUID id, Secret secret) {
  /** What the text begins with. */
  public static final String PREFIX = "mot_";

  private static final String WHAT = "operator token";

  /**
   * Parses the text form. Exactly one text stands for one token.
   *
   * @throws CredentialFormatException if prefix, length, alphabet or checksum is off
   */
  public static OperatorToken parse(String text) throws CredentialFormatException {
    String body = CredentialText.withoutChecksum(WHAT, PREFIX, text);
    CredentialText.IdAndSecret parsed = CredentialText.parse(WHAT, PREFIX, body);
    return new OperatorToken(parsed.id(), parsed.secret());
  }

  /** Returns the text form: the secret itself. */
  public String format() {
    return CredentialText.withChecksum(CredentialText.format(PREFIX, id, secret));
  }
}

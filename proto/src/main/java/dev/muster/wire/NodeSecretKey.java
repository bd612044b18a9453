// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import java.util.UUID;

/**
 * The bearer credential of a node (NSK). Its text is {@code nsk_<base64url(node id, 16 bytes ‖
 * secret, 32 bytes)>_<crc32>}, 77 characters: it names its node, so that it is looked up in one
 * step, and has a form that secret scanners find. Prints itself redacted and compares in constant
 * time.
 *
 * @param nodeId id of the node that it belongs to
 * @param secret what only the node knows
 */
public record NodeSecretKey(UUID nodeId, Secret secret) {
  /** What the text begins with. */
  public static final String PREFIX = "nsk_";

  private static final String WHAT = "node secret key";

  /**
   * Parses the text form. Exactly one text stands for one key.
   *
   * @throws CredentialFormatException if prefix, length, alphabet or checksum is off
   */
  public static NodeSecretKey parse(String text) throws CredentialFormatException {
    String body = CredentialText.withoutChecksum(WHAT, PREFIX, text);
    CredentialText.IdAndSecret parsed = CredentialText.parse(WHAT, PREFIX, body);
    return new NodeSecretKey(parsed.id(), parsed.secret());
  }

  /** Returns the text form: the secret itself, for the agent's key file and the wire only. */
  public String format() {
    return CredentialText.withChecksum(CredentialText.format(PREFIX, nodeId, secret));
  }
}

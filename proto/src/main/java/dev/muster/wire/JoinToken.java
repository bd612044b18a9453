// SPDX-License-Identifier: Apache-2.0
package dev.muster.wire;

import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * What a machine needs to become a node: proof that it may join, and the server's identity. Its
 * text is {@code mjt_<base64url(token id, 16 bytes ‖ secret, 32 bytes)>.<base64url(SHA-256 of the
 * CA's public key)>}; the dot and what follows are missing for a server without TLS. The agent
 * checks the server against the digest before it sends anything. Prints itself redacted and
 * compares the secret in constant time.
 *
 * @param id id of the token
 * @param secret what only holders of the token know
 * @param caPublicKeySha256 SHA-256 over the CA's SubjectPublicKeyInfo (DER), 32 bytes; empty for a
 *     plaintext server
 */
public record JoinToken(UUID id, Secret secret, Optional<byte[]> caPublicKeySha256) {
  /** What the text begins with. */
  public static final String PREFIX = "mjt_";

  private static final String WHAT = "join token";
  private static final int DIGEST_BYTES = 32;

  /** Copies the digest and checks its length. */
  public JoinToken {
    caPublicKeySha256 = caPublicKeySha256.map(byte[]::clone);
    if (caPublicKeySha256.isPresent() && caPublicKeySha256.get().length != DIGEST_BYTES) {
      throw new IllegalArgumentException("a SHA-256 digest has " + DIGEST_BYTES + " bytes");
    }
  }

  /**
   * Parses the text form. Exactly one text stands for one token.
   *
   * @throws CredentialFormatException if prefix, length or alphabet is off
   */
  public static JoinToken parse(String text) throws CredentialFormatException {
    int dot = text.indexOf('.');
    CredentialText.IdAndSecret parsed =
        CredentialText.parse(WHAT, PREFIX, dot < 0 ? text : text.substring(0, dot));
    Optional<byte[]> digest =
        dot < 0
            ? Optional.empty()
            : Optional.of(CredentialText.decode(WHAT, text.substring(dot + 1), DIGEST_BYTES));
    return new JoinToken(parsed.id(), parsed.secret(), digest);
  }

  /** Returns the text form: the secret itself. */
  public String format() {
    String text = CredentialText.format(PREFIX, id, secret);
    return caPublicKeySha256.map(sha -> text + "." + CredentialText.encode(sha)).orElse(text);
  }

  /** Returns a copy of the digest. */
  @Override
  public Optional<byte[]> caPublicKeySha256() {
    return caPublicKeySha256.map(byte[]::clone);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof JoinToken that
        && id.equals(that.id)
        && secret.equals(that.secret)
        && Arrays.equals(caPublicKeySha256.orElse(null), that.caPublicKeySha256.orElse(null));
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "JoinToken[id=" + id + ", secret=redacted]";
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.identity;

import com.google.protobuf.ByteString;

/** How an agent knows that the server is the right one. */
public sealed interface Trust {
  /** It does not: no TLS, on loopback addresses only. */
  record Plaintext() implements Trust {}

  /**
   * By the public key of the authority that signed its certificate, as a join token tells it.
   *
   * @param publicKeySha256 SHA-256 of the authority's SubjectPublicKeyInfo, 32 bytes
   */
  record PinnedAuthority(ByteString publicKeySha256) implements Trust {}

  /**
   * By the certificate of the authority.
   *
   * @param certificatePem one or more certificates
   */
  record KnownAuthority(String certificatePem) implements Trust {}

  /** By the authorities that this Java trusts. */
  record PublicAuthorities() implements Trust {}
}

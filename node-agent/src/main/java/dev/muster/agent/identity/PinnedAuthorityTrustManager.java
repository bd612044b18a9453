// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.identity;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts a server whose chain holds the authority of a known public key, if that authority did sign
 * the server's certificate and the certificate is for the host that was asked for. It takes part in
 * the handshake, so nothing is sent to any other server. Thread-safe.
 */
public final class PinnedAuthorityTrustManager extends X509ExtendedTrustManager {
  private static final int NO_AUTHORITY = -1;

  private final byte[] publicKeySha256;

  /** Trusts the authority whose SubjectPublicKeyInfo has this SHA-256. */
  public PinnedAuthorityTrustManager(byte[] publicKeySha256) {
    this.publicKeySha256 = publicKeySha256.clone();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    authorityIn(chain).checkServerTrusted(chain, authType, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    authorityIn(chain).checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("A server is checked together with its name only.");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("There are no clients here.");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("There are no clients here.");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("There are no clients here.");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }

  /** Leaves the rest to Java: path, validity and the name of the host. */
  private X509ExtendedTrustManager authorityIn(X509Certificate[] chain)
      throws CertificateException {
    for (X509Certificate certificate : chain) {
      if (certificate.getBasicConstraints() != NO_AUTHORITY
          && MessageDigest.isEqual(
              sha256(certificate.getPublicKey().getEncoded()), publicKeySha256)) {
        try {
          return Authorities.trustOnly(certificate);
        } catch (GeneralSecurityException e) {
          throw new CertificateException("The authority cannot be used.", e);
        }
      }
    }
    throw new CertificateException(
        "The server is not the one of the join token: its certificate chain does not hold the"
            + " authority that the token names.");
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Certificates of authorities, and what trusts them. */
public final class Authorities {
  private Authorities() {}

  /**
   * Returns what trusts servers whose certificates one of these authorities signed, and whose names
   * are right.
   *
   * @throws GeneralSecurityException if the text holds no certificate
   */
  public static X509ExtendedTrustManager trustOnly(String pem) throws GeneralSecurityException {
    return trustOnly(parse(pem).toArray(Certificate[]::new));
  }

  /** Returns whether one of the certificates has the public key of this SHA-256. */
  public static boolean has(String pem, byte[] publicKeySha256) throws GeneralSecurityException {
    for (Certificate certificate : parse(pem)) {
      byte[] digest = PinnedAuthorityTrustManager.sha256(certificate.getPublicKey().getEncoded());
      if (MessageDigest.isEqual(digest, publicKeySha256)) {
        return true;
      }
    }
    return false;
  }

  static X509ExtendedTrustManager trustOnly(Certificate... authorities)
      throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
    for (int i = 0; i < authorities.length; i++) {
      store.setCertificateEntry("authority-" + i, authorities[i]);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509ExtendedTrustManager.class::isInstance)
        .map(X509ExtendedTrustManager.class::cast)
        .findFirst()
        .orElseThrow(() -> new GeneralSecurityException("this Java has no trust manager"));
  }

  private static Collection<X509Certificate> parse(String pem) throws GeneralSecurityException {
    Collection<X509Certificate> certificates =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
            .stream()
            .map(X509Certificate.class::cast)
            .toList();
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("There is no certificate in it.");
    }
    return certificates;
  }
}

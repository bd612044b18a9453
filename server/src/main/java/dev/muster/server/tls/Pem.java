// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes one key with its certificate as PEM. */
final class Pem {
  private static final Pattern KEY = block("PRIVATE KEY");
  private static final Pattern CERTIFICATE = block("CERTIFICATE");

  private Pem() {}

  /** A private key and the certificate of its public key. */
  record KeyAndCertificate(PrivateKey key, X509Certificate certificate) {}

  static String write(X509Certificate certificate) {
    try {
      return write("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that was parsed or made has an encoding", e);
    }
  }

  static String write(KeyAndCertificate pair) {
    return write("PRIVATE KEY", pair.key.getEncoded()) + write(pair.certificate);
  }

  /**
   * Reads what {@link #write(KeyAndCertificate)} wrote.
   *
   * @param where names the text in the message
   * @throws IOException if it is damaged
   */
  static KeyAndCertificate read(String text, Object where) throws IOException {
    try {
      PrivateKey key =
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(decode(KEY, text, where)));
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(decode(CERTIFICATE, text, where)));
      return new KeyAndCertificate(key, certificate);
    } catch (GeneralSecurityException e) {
      throw new IOException(where + " is damaged. Restore it from a backup.", e);
    }
  }

  private static String write(String kind, byte[] content) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }

  private static byte[] decode(Pattern block, String text, Object where) throws IOException {
    Matcher matcher = block.matcher(text);
    if (!matcher.find()) {
      throw new IOException(where + " is damaged. Restore it from a backup.");
    }
    return Base64.getMimeDecoder().decode(matcher.group(1).getBytes(StandardCharsets.US_ASCII));
  }

  private static Pattern block(String kind) {
    return Pattern.compile("-----BEGIN " + kind + "-----\\s([^-]*)-----END " + kind + "-----");
  }
}

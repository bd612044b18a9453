// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tls;

import dev.muster.server.credential.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The certificate that both listeners show: ECDSA, valid for 90 days, for the advertised names,
 * {@code localhost}, {@code 127.0.0.1} and the host's name. It is made anew when a third of its
 * life is left, when the names change, and when it is damaged; handshakes take the new one from
 * then on, connections stay. Thread-safe. Whoever owns it calls {@link #renewIfDue} now and then.
 */
public final class ServerCertificate {
  /** How long a certificate is valid. */
  public static final Duration VALIDITY = Duration.ofDays(90);

  private static final String FILE = "server.pem";

  private final CertificateAuthority authority;
  private final List<String> names;
  private final InstantSource clock;
  private final Path file;
  private final RenewingKeyManager keyManager = new RenewingKeyManager();

  private ServerCertificate(
      CertificateAuthority authority, List<String> names, InstantSource clock, Path file) {
    this.authority = authority;
    this.names = names;
    this.clock = clock;
    this.file = file;
  }

  /**
   * Returns the certificate of this data directory, making it if there is none that will do.
   *
   * @param names names and addresses that clients connect to; {@code localhost} and {@code
   *     127.0.0.1} are added
   * @throws IOException if it cannot be read or written
   */
  public static ServerCertificate load(
      Path dataDirectory,
      CertificateAuthority authority,
      Collection<String> names,
      InstantSource clock)
      throws IOException {
    Path file = dataDirectory.resolve(CertificateAuthority.FOLDER).resolve(FILE);
    ServerCertificate certificate =
        new ServerCertificate(authority, ServerNames.complete(names), clock, file);
    certificate.loadOrRenew();
    return certificate;
  }

  /** Returns the certificate that handshakes show now. */
  public X509Certificate current() {
    return keyManager.current();
  }

  /** Returns when the current certificate is due to be made anew. */
  public Instant renewTime() {
    return current().getNotAfter().toInstant().minus(VALIDITY.dividedBy(3));
  }

  /**
   * Makes the certificate anew if that is due.
   *
   * @return whether it did
   * @throws IOException if the new one cannot be written; then the old one is shown on
   */
  public synchronized boolean renewIfDue() throws IOException {
    if (isGood(current())) {
      return false;
    }
    renew();
    return true;
  }

  /**
   * Returns the key manager that shows the current certificate, followed by the authority's, in
   * each handshake.
   */
  public X509ExtendedKeyManager keyManager() {
    return keyManager;
  }

  private synchronized void loadOrRenew() throws IOException {
    if (Files.exists(file)) {
      try {
        Pem.KeyAndCertificate stored = Pem.read(Files.readString(file), file);
        if (isGood(stored.certificate())) {
          keyManager.show(stored, authority.certificate());
          return;
        }
      } catch (IOException e) {
        // Damaged, and nothing depends on it: a new one is as good.
      }
    }
    renew();
  }

  private void renew() throws IOException {
    Pem.KeyAndCertificate fresh = authority.issue(names, clock.instant(), VALIDITY);
    // Written before it is shown: a restart shows the same.
    PrivateFile.write(file, Pem.write(fresh).getBytes(StandardCharsets.US_ASCII));
    keyManager.show(fresh, authority.certificate());
  }

  private boolean isGood(X509Certificate certificate) {
    Instant now = clock.instant();
    Instant due = certificate.getNotAfter().toInstant().minus(VALIDITY.dividedBy(3));
    return now.isBefore(due)
        && !now.isBefore(certificate.getNotBefore().toInstant())
        && ServerNames.of(certificate).equals(names)
        && isIssuedBy(authority.certificate(), certificate);
  }

  private static boolean isIssuedBy(X509Certificate authority, X509Certificate certificate) {
    try {
      certificate.verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}

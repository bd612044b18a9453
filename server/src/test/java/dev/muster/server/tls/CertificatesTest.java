// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.wire.Sha256;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The authority and its certificate on disk and in time; the handshake is tested in {@link
 * ServerTlsTest}.
 */
final class CertificatesTest {
  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
  private static final List<String> NAMES = List.of("Muster.Example.COM", "10.1.2.3", "fd00::1");

  @TempDir Path directory;
  private Instant now = START;
  private CertificateAuthority authority;

  @BeforeEach
  void makeAuthority() throws IOException {
    authority = CertificateAuthority.load(directory, () -> now, new SecureRandom());
  }

  @Test
  void authority_isMadeOnce() throws Exception {
    CertificateAuthority again =
        CertificateAuthority.load(directory, () -> now, new SecureRandom());

    assertThat(again.certificate()).isEqualTo(authority.certificate());
    assertThat(again.publicKeySha256())
        .isEqualTo(Sha256.hash(authority.certificate().getPublicKey().getEncoded()));
    assertThat(Files.readString(again.certificateFile())).isEqualTo(again.certificatePem());
    assertThat(authority.certificate().getBasicConstraints()).isZero();
    assertThatCode(() -> authority.certificate().verify(authority.certificate().getPublicKey()))
        .doesNotThrowAnyException();
  }

  @Test
  void keys_arePrivate() throws Exception {
    certificate(NAMES);

    for (String file : List.of("ca-key.pem", "server.pem")) {
      assertThat(permissions(directory.resolve("tls").resolve(file))).isEqualTo("rw-------");
    }
    assertThat(permissions(directory.resolve("tls"))).isEqualTo("rwx------");
    assertThat(Files.readString(authority.certificateFile())).doesNotContain("PRIVATE KEY");
  }

  @Test
  void authority_damaged_isNotReplaced() throws Exception {
    Path key = directory.resolve("tls/ca-key.pem");
    Files.writeString(key, Files.readString(key).replaceFirst("M", "-"));

    assertThatThrownBy(() -> CertificateAuthority.load(directory, () -> now, new SecureRandom()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void certificate_hasNamesLifeAndIssuer() throws Exception {
    X509Certificate certificate = certificate(NAMES).current();

    assertThat(ServerNames.of(certificate))
        .containsExactlyInAnyOrder(
            "10.1.2.3", "127.0.0.1", "fd00:0:0:0:0:0:0:1", "localhost", "muster.example.com");
    assertThat(certificate.getNotAfter()).isEqualTo(Date.from(START.plus(Duration.ofDays(90))));
    assertThat(certificate.getNotBefore()).isBefore(Date.from(START));
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    certificate.verify(authority.certificate().getPublicKey());
  }

  @Test
  void certificate_afterRestart_isTheSame() throws Exception {
    BigInteger first = certificate(NAMES).current().getSerialNumber();
    now = START.plus(Duration.ofDays(59));

    assertThat(certificate(NAMES).current().getSerialNumber()).isEqualTo(first);
  }

  @Test
  void certificate_withAThirdOfItsLifeLeft_isRenewed() throws Exception {
    ServerCertificate certificate = certificate(NAMES);
    BigInteger first = certificate.current().getSerialNumber();
    assertThat(certificate.renewTime()).isEqualTo(START.plus(Duration.ofDays(60)));

    now = START.plus(Duration.ofDays(60)).minusMillis(1);
    assertThat(certificate.renewIfDue()).isFalse();
    assertThat(certificate.current().getSerialNumber()).isEqualTo(first);

    now = START.plus(Duration.ofDays(60));
    assertThat(certificate.renewIfDue()).isTrue();
    assertThat(certificate.current().getSerialNumber()).isNotEqualTo(first);
    assertThat(certificate.current().getNotAfter())
        .isEqualTo(Date.from(now.plus(Duration.ofDays(90))));
    assertThat(certificate.renewIfDue()).isFalse();
    assertThat(certificate(NAMES).current()).isEqualTo(certificate.current());
  }

  @Test
  void certificate_afterALongStop_isRenewedAtStart() throws Exception {
    BigInteger first = certificate(NAMES).current().getSerialNumber();
    now = START.plus(Duration.ofDays(400));

    X509Certificate renewed = certificate(NAMES).current();

    assertThat(renewed.getSerialNumber()).isNotEqualTo(first);
    renewed.checkValidity(Date.from(now));
  }

  @Test
  void certificate_clockSetBack_isRenewed() throws Exception {
    certificate(NAMES);
    now = START.minus(Duration.ofDays(10));

    certificate(NAMES).current().checkValidity(Date.from(now));
  }

  @Test
  void certificate_otherNamesAuthorityOrDamage_isRenewed() throws Exception {
    BigInteger first = certificate(NAMES).current().getSerialNumber();

    BigInteger second = certificate(List.of("other.example")).current().getSerialNumber();
    assertThat(second).isNotEqualTo(first);

    Files.writeString(directory.resolve("tls/server.pem"), "nonsense");
    BigInteger third = certificate(List.of("other.example")).current().getSerialNumber();
    assertThat(third).isNotEqualTo(second);

    Files.delete(directory.resolve("tls/ca-key.pem"));
    Files.delete(directory.resolve("tls/ca.pem"));
    makeAuthority();
    X509Certificate fourth = certificate(List.of("other.example")).current();
    assertThat(fourth.getSerialNumber()).isNotEqualTo(third);
    fourth.verify(authority.certificate().getPublicKey());
  }

  @Test
  void keyManager_handshakeAcrossARenewal_findsWhatItBeganWith() throws Exception {
    ServerCertificate certificate = certificate(NAMES);
    RenewingKeyManager manager = (RenewingKeyManager) certificate.keyManager();
    String alias = "server-" + certificate.current().getSerialNumber().toString(16);
    assertThat(manager.getServerAliases("EC", null)).containsExactly(alias);
    X509Certificate before = certificate.current();

    now = START.plus(Duration.ofDays(80));
    certificate.renewIfDue();

    assertThat(manager.getCertificateChain(alias)).startsWith(before);
    assertThat(manager.getPrivateKey(alias)).isNotNull();
    assertThat(manager.getServerAliases("EC", null)).doesNotContain(alias);
    assertThat(manager.getServerAliases("RSA", null)).isNull();
  }

  private ServerCertificate certificate(List<String> names) throws IOException {
    return ServerCertificate.load(directory, authority, names, () -> now);
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}

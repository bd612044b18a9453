// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tls;

import dev.muster.server.credential.PrivateFile;
import dev.muster.wire.Sha256;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The server's own certificate authority, made at its first start. Join tokens carry the digest of
 * its public key, so that an agent knows its server before it sends anything. ECDSA on P-256, valid
 * for 30 years: replacing it means joining every node anew. Immutable, thread-safe.
 */
public final class CertificateAuthority {
  /** Folder in the data directory with everything of TLS. It belongs into every backup. */
  public static final String FOLDER = "tls";

  private static final String KEY_FILE = "ca-key.pem";
  private static final String CERTIFICATE_FILE = "ca.pem";
  private static final Duration VALIDITY = Duration.ofDays(30 * 365);
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);
  private static final String SIGNATURE = "SHA256withECDSA";
  private static final int SERIAL_BITS = 127;

  private final Pem.KeyAndCertificate self;
  private final SecureRandom random;
  private final Path certificateFile;

  private CertificateAuthority(
      Pem.KeyAndCertificate self, SecureRandom random, Path certificateFile) {
    this.self = self;
    this.random = random;
    this.certificateFile = certificateFile;
  }

  /**
   * Returns the authority of this data directory, making it if there is none.
   *
   * @throws IOException if its files cannot be read or written, or are damaged
   */
  public static CertificateAuthority load(
      Path dataDirectory, InstantSource clock, SecureRandom random) throws IOException {
    Path folder = dataDirectory.resolve(FOLDER);
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path keyFile = folder.resolve(KEY_FILE);
    if (!Files.exists(keyFile)) {
      // Key and certificate in one file: a crash cannot part them.
      PrivateFile.write(
          keyFile, Pem.write(make(clock.instant(), random)).getBytes(StandardCharsets.US_ASCII));
    }
    Pem.KeyAndCertificate self = Pem.read(Files.readString(keyFile), keyFile);
    Path certificateFile = folder.resolve(CERTIFICATE_FILE);
    if (!Files.exists(certificateFile)) {
      Files.writeString(certificateFile, Pem.write(self.certificate()));
    }
    return new CertificateAuthority(self, random, certificateFile);
  }

  /** Returns its certificate. */
  public X509Certificate certificate() {
    return self.certificate();
  }

  /** Returns its certificate as PEM. */
  public String certificatePem() {
    return Pem.write(self.certificate());
  }

  /** Returns the file that has its certificate, for clients on the same machine. */
  public Path certificateFile() {
    return certificateFile;
  }

  /**
   * Returns the digest of its public key (SubjectPublicKeyInfo in DER), as join tokens carry it.
   */
  public Sha256 publicKeySha256() {
    return Sha256.hash(self.certificate().getPublicKey().getEncoded());
  }

  /** Makes a key and a server's certificate for it. */
  Pem.KeyAndCertificate issue(List<String> names, Instant now, Duration validity) {
    KeyPair pair = newKeyPair(random);
    try {
      JcaX509v3CertificateBuilder builder =
          builder(
              self.certificate().getSubjectX500Principal(),
              new X500Principal("CN=Muster server"),
              pair.getPublic(),
              now,
              validity,
              random);
      GeneralNames alternatives = ServerNames.alternatives(names);
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(
              Extension.extendedKeyUsage,
              false,
              new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
          .addExtension(Extension.subjectAlternativeName, false, alternatives)
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              new JcaX509ExtensionUtils()
                  .createAuthorityKeyIdentifier(self.certificate().getPublicKey()));
      return new Pem.KeyAndCertificate(
          pair.getPrivate(),
          sign(builder, new KeyPair(self.certificate().getPublicKey(), self.key())));
    } catch (CertIOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("cannot make a certificate", e);
    }
  }

  private static Pem.KeyAndCertificate make(Instant now, SecureRandom random) {
    KeyPair pair = newKeyPair(random);
    X500Principal name = new X500Principal("CN=Muster CA");
    try {
      JcaX509v3CertificateBuilder builder =
          builder(name, name, pair.getPublic(), now, VALIDITY, random);
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
      return new Pem.KeyAndCertificate(pair.getPrivate(), sign(builder, pair));
    } catch (CertIOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("cannot make a certificate authority", e);
    }
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Principal issuer,
      X500Principal subject,
      PublicKey key,
      Instant now,
      Duration validity,
      SecureRandom random) {
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1),
        Date.from(now.minus(CLOCK_SKEW)),
        Date.from(now.plus(validity)),
        subject,
        key);
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, KeyPair issuer)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder(SIGNATURE).build(issuer.getPrivate())));
  }

  private static KeyPair newKeyPair(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has P-256", e);
    }
  }
}

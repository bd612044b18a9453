// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import dev.muster.server.config.ServerConfig;
import dev.muster.server.tls.CertificateAuthority;
import dev.muster.server.tls.ServerCertificate;
import dev.muster.server.tls.ServerTls;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettySslContextServerCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the server proves who it is: TLS by its own authority, or plaintext where the configuration
 * allows it.
 *
 * @param credentials of both listeners
 * @param caCertificatePem the authority that agents trust; empty on plaintext
 * @param caPublicKeySha256 what join tokens carry of it; empty on plaintext
 * @param certificate renewed by itself; empty on plaintext
 */
record Transport(
    ServerCredentials credentials,
    String caCertificatePem,
    Optional<byte[]> caPublicKeySha256,
    Optional<ServerCertificate> certificate) {
  private static final Logger log = LoggerFactory.getLogger(Transport.class);

  static Transport of(
      ServerConfig config, Path dataDirectory, InstantSource clock, SecureRandom random)
      throws IOException {
    if (config.plaintext()) {
      return new Transport(
          InsecureServerCredentials.create(), "", Optional.empty(), Optional.empty());
    }
    CertificateAuthority authority = CertificateAuthority.load(dataDirectory, clock, random);
    ServerCertificate certificate =
        ServerCertificate.load(dataDirectory, authority, names(config), clock);
    return new Transport(
        NettySslContextServerCredentials.create(ServerTls.context(certificate)),
        authority.certificatePem(),
        Optional.of(authority.publicKeySha256().bytes()),
        Optional.of(certificate));
  }

  /** Returns the advertised names, and this host's own where it has one. */
  private static List<String> names(ServerConfig config) {
    List<String> names = new ArrayList<>(config.advertiseNames());
    try {
      names.add(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      log.info("this host does not know its own name; the certificate has {}", names);
    }
    return names;
  }

  /** Looks every hour whether the certificate is to be renewed. */
  void keepFresh(ScheduledExecutorService timer) {
    if (certificate.isPresent()) {
      var unused =
          timer.scheduleWithFixedDelay(() -> renew(certificate.get()), 1, 1, TimeUnit.HOURS);
    }
  }

  private static void renew(ServerCertificate certificate) {
    try {
      if (certificate.renewIfDue()) {
        log.info("server certificate renewed, next at {}", certificate.renewTime());
      }
    } catch (IOException e) {
      log.error("the server certificate cannot be renewed; trying again in an hour", e);
    }
  }
}

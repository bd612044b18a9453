// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.wire.Sha256;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes over loopback. */
final class ServerTlsTest {
  @TempDir Path directory;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(InstantSource.system().instant());
  private CertificateAuthority authority;
  private ServerCertificate certificate;
  private Server server;

  @BeforeEach
  void start() throws IOException {
    authority = CertificateAuthority.load(directory, now::get, new SecureRandom());
    certificate =
        ServerCertificate.load(directory, authority, java.util.List.of("muster.example"), now::get);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(ServerTls.context(certificate))
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
  }

  @Test
  void provider_isOpenSsl() {
    assertThat(ServerTls.provider()).isEqualTo(SslProvider.OPENSSL);
  }

  @Test
  void call_trustingTheAuthority_works() throws Exception {
    assertThat(check("127.0.0.1", authority)).isEqualTo(ServingStatus.SERVING);
    assertThat(check("muster.example", authority)).isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void call_byANameThatIsNotAdvertised_fails() {
    assertThatThrownBy(() -> check("other.example", authority))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("UNAVAILABLE");
  }

  @Test
  void call_trustingAnotherAuthority_fails(@TempDir Path elsewhere) throws Exception {
    CertificateAuthority other = CertificateAuthority.load(elsewhere, now::get, new SecureRandom());

    assertThatThrownBy(() -> check("127.0.0.1", other)).isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void handshake_showsTheAuthority_soThatAJoinTokenProvesIt() throws Exception {
    for (String protocol : new String[] {"TLSv1.3", "TLSv1.2"}) {
      X509Certificate[] chain = shownChain(protocol);

      assertThat(chain).containsExactly(certificate.current(), authority.certificate());
      assertThat(Sha256.hash(chain[1].getPublicKey().getEncoded()))
          .isEqualTo(authority.publicKeySha256());
    }
  }

  @Test
  void handshake_afterRenewal_showsTheNewCertificateWithoutARestart() throws Exception {
    X509Certificate before = shownChain("TLSv1.3")[0];

    now.updateAndGet(instant -> instant.plus(Duration.ofDays(61)));
    assertThat(certificate.renewIfDue()).isTrue();

    assertThat(shownChain("TLSv1.3")[0]).isNotEqualTo(before).isEqualTo(certificate.current());
    assertThat(shownChain("TLSv1.2")[0]).isEqualTo(certificate.current());
  }

  private ServingStatus check(String name, CertificateAuthority trusted) throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .overrideAuthority(name)
            .sslContext(GrpcSslContexts.forClient().trustManager(trusted.certificate()).build())
            .build();
    try {
      return HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus();
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  /** Shakes hands with Java's own TLS, whoever the server is, and returns what it showed. */
  private X509Certificate[] shownChain(String protocol) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustAnyone()}, null);
    try (SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.getPort())) {
      socket.setEnabledProtocols(new String[] {protocol});
      javax.net.ssl.SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return (X509Certificate[]) socket.getSession().getPeerCertificates();
    }
  }

  private static final class TrustAnyone implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}

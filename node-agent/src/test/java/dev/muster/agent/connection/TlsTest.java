// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.muster.agent.identity.Trust;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.EnrollRequest;
import dev.muster.proto.agent.v1.EnrollResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.StreamObserver;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The handshake with real certificates: who is trusted, and that nobody else hears anything. */
final class TlsTest {
  private static final char[] PASSWORD = "password".toCharArray();
  private static final AtomicInteger heard = new AtomicInteger();

  @TempDir private static Path directory;
  private static X509Certificate authority;
  private static X509Certificate otherAuthority;
  private static Server localhost;
  private static Server elsewhere;

  @BeforeAll
  static void startServers() throws Exception {
    keytool("-genkeypair", "-alias", "ca", "-dname", "CN=ca", "-ext", "bc:c");
    keytool("-genkeypair", "-alias", "other", "-dname", "CN=other", "-ext", "bc:c");
    authority = certificate("ca");
    otherAuthority = certificate("other");
    localhost = server("here", "san=dns:localhost,ip:127.0.0.1");
    elsewhere = server("there", "san=dns:elsewhere.example");
  }

  @AfterAll
  static void stopServers() {
    localhost.shutdownNow();
    elsewhere.shutdownNow();
  }

  @Test
  void serverOfTheTokensAuthority_isTrusted() throws Exception {
    assertThat(enroll(localhost, pin(authority))).isEqualTo("hello");
  }

  @Test
  void serverOfTheStoredAuthority_isTrusted() throws Exception {
    assertThat(enroll(localhost, new Trust.KnownAuthority(pem(authority)))).isEqualTo("hello");
  }

  @Test
  void anyOtherServer_hearsNothing() {
    int before = heard.get();

    for (Trust trust :
        List.of(
            pin(otherAuthority),
            new Trust.KnownAuthority(pem(otherAuthority)),
            new Trust.PublicAuthorities())) {
      assertThatThrownBy(() -> enroll(localhost, trust))
          .as(trust.toString())
          .isInstanceOf(StatusRuntimeException.class);
    }
    assertThat(heard).hasValue(before);
  }

  @Test
  void rightAuthorityButAnotherHostsName_hearsNothing() {
    int before = heard.get();

    assertThatThrownBy(() -> enroll(elsewhere, pin(authority)))
        .isInstanceOf(StatusRuntimeException.class);
    assertThatThrownBy(() -> enroll(elsewhere, new Trust.KnownAuthority(pem(authority))))
        .isInstanceOf(StatusRuntimeException.class);
    assertThat(heard).hasValue(before);
  }

  @Test
  void pinOfTheLeafInsteadOfTheAuthority_isNoAuthority() throws Exception {
    assertThatThrownBy(() -> enroll(localhost, pin(certificate("here"))))
        .isInstanceOf(StatusRuntimeException.class);
  }

  private static String enroll(Server server, Trust trust) throws Exception {
    ManagedChannel channel =
        new NettyServerConnection(
                new ServerAddress("localhost", server.getPort()), "test", Map.of())
            .open(trust);
    try {
      return AgentServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .enroll(EnrollRequest.getDefaultInstance())
          .getNodeName();
    } finally {
      channel.shutdownNow();
    }
  }

  private static Trust pin(X509Certificate certificate) {
    try {
      return new Trust.PinnedAuthority(
          ByteString.copyFrom(
              MessageDigest.getInstance("SHA-256")
                  .digest(certificate.getPublicKey().getEncoded())));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** A server whose chain holds its authority. */
  private static Server server(String alias, String names) throws Exception {
    keytool("-genkeypair", "-alias", alias, "-dname", "CN=" + alias);
    Path request = directory.resolve(alias + ".csr");
    Path signed = directory.resolve(alias + ".crt");
    keytool("-certreq", "-alias", alias, "-file", request.toString());
    keytool(
        "-gencert",
        "-alias",
        "ca",
        "-infile",
        request.toString(),
        "-outfile",
        signed.toString(),
        "-ext",
        names);
    keytool("-importcert", "-noprompt", "-alias", alias, "-file", signed.toString());
    KeyStore store = store();
    X509Certificate[] chain =
        Arrays.stream(store.getCertificateChain(alias))
            .map(X509Certificate.class::cast)
            .toArray(X509Certificate[]::new);
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .sslContext(
            GrpcSslContexts.configure(
                    SslContextBuilder.forServer((PrivateKey) store.getKey(alias, PASSWORD), chain))
                .build())
        .addService(
            new AgentServiceGrpc.AgentServiceImplBase() {
              @Override
              public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> responses) {
                heard.incrementAndGet();
                responses.onNext(EnrollResponse.newBuilder().setNodeName("hello").build());
                responses.onCompleted();
              }
            })
        .build()
        .start();
  }

  private static X509Certificate certificate(String alias) throws Exception {
    return (X509Certificate) store().getCertificate(alias);
  }

  private static KeyStore store() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve("store.p12"))) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private static String pem(X509Certificate certificate) {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (CertificateEncodingException e) {
      throw new AssertionError(e);
    }
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-keystore",
            directory.resolve("store.p12").toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            new String(PASSWORD)));
    if (arguments[0].equals("-genkeypair")) {
      command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30"));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(output);
    }
  }
}

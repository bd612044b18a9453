// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.Cli.Outcome;
import dev.muster.cli.fake.FakeServer;
import dev.muster.cli.fake.SelfSignedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TlsTest {
  @TempDir Path folder;
  private FakeServer server;
  private Path certificate;

  @BeforeEach
  void start() throws Exception {
    certificate = folder.resolve("ca.pem");
    server = SelfSignedServer.start(folder, certificate);
    server.fleet().addNode("web-1", Map.of());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void trustedServer_isAsked() {
    assertThat(Cli.of(server).runExactly("nodes", "--ca", certificate.toString()).out())
        .contains("web-1");
  }

  @Test
  void untrustedServer_getsNothing_andTheWayOutIsTold() {
    Cli cli = Cli.of(server);

    Outcome outcome = cli.runExactly("nodes");

    assertThat(outcome.exitCode()).isEqualTo(4);
    assertThat(outcome.err()).contains("is not trusted; nothing was sent to it", "--ca FILE");
    assertThat(cli.pauses).isEmpty();
    assertThat(server.received()).isEmpty();
  }

  @Test
  void serverWithoutTls_isTold() {
    try (FakeServer plain = FakeServer.start()) {
      Outcome outcome = Cli.of(plain).runExactly("nodes", "--ca", certificate.toString());

      assertThat(outcome.exitCode()).isEqualTo(4);
      assertThat(outcome.err()).contains("does not speak TLS", "--plaintext");
      assertThat(plain.received()).isEmpty();
    }
  }

  @Test
  void serverWithTls_doesNotUnderstandPlaintext() {
    Outcome outcome = Cli.of(server).run("nodes");

    assertThat(outcome.exitCode()).isEqualTo(4);
    assertThat(outcome.err()).contains("if --plaintext is given, leave it out");
  }

  @Test
  void fileThatIsNoCertificate_isExitCode2() throws IOException {
    Path junk = Files.writeString(folder.resolve("junk.pem"), "junk");

    Outcome outcome = Cli.of(server).runExactly("nodes", "--ca", junk.toString());

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("junk.pem");
  }
}

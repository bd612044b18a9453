// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.muster.cli.fake.FakeServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SettingsReaderTest {
  private static final String TOKEN = FakeServer.TOKEN.format();

  @TempDir Path home;
  private final ConnectionOptions options = new ConnectionOptions();
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void liveAtHome() {
    environment.put("HOME", home.toString());
  }

  @Test
  void tokenAlone_isEnough() {
    options.token = TOKEN;

    ConnectionSettings settings = read();

    assertThat(settings.server()).isEqualTo(new ServerAddress("localhost", 7444));
    assertThat(settings.token()).isEqualTo(FakeServer.TOKEN);
    assertThat(settings.ca()).isEmpty();
    assertThat(settings.plaintext()).isFalse();
    assertThat(settings.project()).isEmpty();
  }

  @Test
  void option_winsOverEnvironment_andThatOverTheFile() throws IOException {
    configure("server=c:3", "project=c", "token=" + TOKEN);
    environment.put("MUSTER_SERVER", "b:2");
    environment.put("MUSTER_PROJECT", "b");
    options.server = "a:1";

    ConnectionSettings settings = read();

    assertThat(settings.server()).hasToString("a:1");
    assertThat(settings.project()).isEqualTo("b");
    assertThat(settings.token()).isEqualTo(FakeServer.TOKEN);
  }

  @Test
  void filesInTheConfigFile_countFromItsFolder() throws IOException {
    Path file = configure("token-file=token", "ca=ca.pem");
    Files.writeString(file.resolveSibling("token"), TOKEN + "\n");
    Files.writeString(file.resolveSibling("ca.pem"), "");

    assertThat(read().token()).isEqualTo(FakeServer.TOKEN);
    assertThat(read().ca()).contains(file.resolveSibling("ca.pem"));
  }

  @Test
  void xdgConfigHome_isRespected() throws IOException {
    Path folder = Files.createDirectories(home.resolve("xdg/muster"));
    Files.writeString(folder.resolve("cli.properties"), "token=" + TOKEN);
    environment.put("XDG_CONFIG_HOME", home.resolve("xdg").toString());

    assertThat(read().token()).isEqualTo(FakeServer.TOKEN);
  }

  @Test
  void allFaults_areToldTogether() throws IOException {
    configure("sever=typo", "server=a:b:c");
    options.ca = Path.of("/no/such/ca.pem");
    options.tokenFile = Path.of("/no/such/token");

    assertThatThrownBy(this::read)
        .asInstanceOf(type(SettingsException.class))
        .satisfies(
            e ->
                assertThat(e.faults())
                    .hasSize(4)
                    .anySatisfy(fault -> assertThat(fault).contains("\"sever\""))
                    .anySatisfy(fault -> assertThat(fault).contains("a:b:c"))
                    .anySatisfy(fault -> assertThat(fault).contains("/no/such/ca.pem"))
                    .anySatisfy(fault -> assertThat(fault).contains("/no/such/token")));
  }

  @Test
  void missingToken_saysWhereOneIs() {
    assertThatThrownBy(this::read)
        .hasMessageContaining("--token-file")
        .hasMessageContaining("MUSTER_TOKEN")
        .hasMessageContaining("admin-token");
  }

  @Test
  void malformedToken_isNotRepeated() {
    options.token = "mot_very-secret-but-cut";

    assertThatThrownBy(this::read)
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("--token")
        .message()
        .doesNotContain("very-secret");
  }

  @Test
  void plaintext_isForThisMachineOnly() {
    options.token = TOKEN;
    options.plaintext = true;
    options.server = "192.0.2.1:7444";

    assertThatThrownBy(this::read).hasMessageContaining("--plaintext");
    options.server = "127.0.0.1:7444";
    assertThat(read().plaintext()).isTrue();
    options.server = "[::1]:7444";
    assertThat(read().plaintext()).isTrue();
  }

  private ConnectionSettings read() {
    return SettingsReader.read(options, environment);
  }

  private Path configure(String... lines) throws IOException {
    Path folder = Files.createDirectories(home.resolve(".config/muster"));
    return Files.writeString(folder.resolve("cli.properties"), String.join("\n", lines));
  }
}

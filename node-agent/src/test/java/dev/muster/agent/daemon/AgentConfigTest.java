// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.wire.JoinToken;
import dev.muster.wire.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AgentConfigTest {
  @TempDir private Path directory;
  private final JoinToken token =
      new JoinToken(UUID.randomUUID(), Secret.random(new SecureRandom()), Optional.empty());

  @Test
  void file_saysEverything() throws Exception {
    AgentConfig config =
        AgentConfig.load(
            Map.of(),
            Map.of(),
            file(
                """
                # The bus.
                server = bus.example:99
                name = web-1
                state-dir = /tmp/state
                hooks-dir = /tmp/hooks
                slots = 8
                stop-grace = 5s
                shutdown-grace = 1m
                label.role = web
                fact.rack = r7
                builtins = no
                """));

    assertThat(config.server()).isEqualTo("bus.example:99");
    assertThat(config.name()).isEqualTo("web-1");
    assertThat(config.hooksDirectory()).contains(Path.of("/tmp/hooks"));
    assertThat(config.slots()).isEqualTo(8);
    assertThat(config.stopGrace()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.shutdownGrace()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.labels()).containsExactly(Map.entry("role", "web"));
    assertThat(config.facts()).containsExactly(Map.entry("rack", "r7"));
    assertThat(config.builtins()).isFalse();
  }

  @Test
  void flagsComeBeforeTheEnvironment_andThatBeforeTheFile() throws Exception {
    AgentConfig config =
        AgentConfig.load(
            Map.of("server", "flag:1"),
            Map.of("MUSTER_AGENT_SERVER", "env:1", "MUSTER_AGENT_STATE_DIR", "/env"),
            file("server = file:1\nstate-dir = /file\nname = from-file\n"));

    assertThat(config.server()).isEqualTo("flag:1");
    assertThat(config.stateDirectory()).isEqualTo(Path.of("/env"));
    assertThat(config.name()).isEqualTo("from-file");
  }

  @Test
  void joinToken_comesFromFileOrVariable() throws Exception {
    Path tokenFile = Files.writeString(directory.resolve("token"), token.format() + "\n");

    AgentConfig fromFile =
        AgentConfig.load(
            Map.of("server", "a:1", "join-token-file", tokenFile.toString()),
            Map.of(),
            Optional.empty());
    AgentConfig fromVariable =
        AgentConfig.load(
            Map.of("server", "a:1"), Map.of("MUSTER_JOIN_TOKEN", token.format()), Optional.empty());

    assertThat(fromFile.joinToken()).contains(token);
    assertThat(fromVariable.joinToken()).contains(token);
  }

  @Test
  void allFaults_areToldTogether() throws Exception {
    Optional<Path> file =
        file(
            "server = a:b\nslots = 65\nplaintxt = yes\nstop-grace = soon\njoin-token = nonsense\n");

    assertThatThrownBy(() -> AgentConfig.load(Map.of(), Map.of(), file))
        .isInstanceOf(ConfigFaultsException.class)
        .hasMessageContaining("server: ")
        .hasMessageContaining("slots: ")
        .hasMessageContaining("plaintxt is no setting")
        .hasMessageContaining("stop-grace: ")
        .hasMessageContaining("join-token: ");
  }

  @Test
  void plaintextBeyondLoopback_isAFault_andSoAreMissingServerAndFile() {
    assertThatThrownBy(
            () ->
                AgentConfig.load(
                    Map.of("server", "192.0.2.1:1", "plaintext", "true"),
                    Map.of(),
                    Optional.empty()))
        .hasMessageContaining("loopback");
    assertThatThrownBy(
            () -> AgentConfig.load(Map.of(), Map.of(), Optional.of(directory.resolve("missing"))))
        .hasMessageContaining("missing")
        .hasMessageContaining("server: missing");
  }

  private Optional<Path> file(String text) throws IOException {
    return Optional.of(Files.writeString(directory.resolve("agent.properties"), text));
  }
}

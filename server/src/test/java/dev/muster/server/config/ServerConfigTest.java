// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServerConfigTest {
  private static final Map<String, String> NONE = Map.of();

  @TempDir Path directory;

  @Test
  void read_nothing_isTheDefaults() throws Exception {
    ServerConfig config = ServerConfig.read(Optional.empty(), NONE, NONE);

    assertThat(config)
        .isEqualTo(
            new ServerConfig(
                Path.of("muster-data"),
                new ListenAddress("0.0.0.0", 7443),
                new ListenAddress("0.0.0.0", 7444),
                List.of(),
                false,
                false,
                Duration.ofSeconds(20),
                3,
                4_000,
                1_000,
                Duration.ofMinutes(2),
                Optional.of(new ListenAddress("127.0.0.1", 7445)),
                Duration.ofDays(14),
                20L << 30,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10)));
  }

  @Test
  void read_flagBeforeEnvironmentBeforeFile() throws Exception {
    Path file =
        file(
            "missed_heartbeats = 4",
            "# a comment",
            "",
            "heartbeat_interval=5s",
            "advertise = a.example, 10.0.0.1");
    Map<String, String> environment =
        Map.of(
            "MUSTER_MISSED_HEARTBEATS",
            "5",
            "MUSTER_DATA_DIR",
            "/var/lib/muster",
            "MUSTER_HOME",
            "/opt");

    ServerConfig config =
        ServerConfig.read(Optional.of(file), environment, Map.of("missed-heartbeats", "6"));

    assertThat(config.missedHeartbeats()).isEqualTo(6);
    assertThat(config.dataDirectory()).isEqualTo(Path.of("/var/lib/muster"));
    assertThat(config.heartbeatInterval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.advertiseNames()).containsExactly("a.example", "10.0.0.1");
  }

  @Test
  void read_allFaultsAreToldTogether_withTheirOrigin() throws Exception {
    Path file =
        file(
            "hartbeat_interval = 5s",
            "agent_address = here",
            "nonsense",
            "plaintext = yes",
            "plaintext = no");

    List<String> faults =
        faultsOf(
            Optional.of(file),
            Map.of("MUSTER_MISSED_HEARTBEATS", "1"),
            Map.of("drain_timeout", "1h", "colour", "red"));

    assertThat(faults)
        .containsExactlyInAnyOrder(
            file + " line 1: there is no setting hartbeat_interval.",
            file + " line 3: expected key = value.",
            file + " line 5: plaintext is there twice.",
            "There is no setting colour.",
            "agent_address is host:port, such as 0.0.0.0:7443, not 'here' (" + file + " line 2).",
            "plaintext is true or false, not 'yes' (" + file + " line 4).",
            "missed_heartbeats is a whole number from 2 to 100, not '1' (MUSTER_MISSED_HEARTBEATS).",
            "drain_timeout is a time from 0s to 10m, such as 30s, not '1h' (--drain-timeout).");
  }

  @Test
  void read_missingFile_isAFault() {
    assertThat(faultsOf(Optional.of(directory.resolve("none")), NONE, NONE))
        .singleElement()
        .asString()
        .contains("cannot be read");
  }

  @Test
  void read_plaintext_needsLoopbackOrAProxy() throws Exception {
    Map<String, String> loopback =
        Map.of("plaintext", "true", "agent_address", "127.0.0.1:0", "operator_address", "[::1]:0");
    Map<String, String> proxied = Map.of("plaintext", "true", "behind_tls_proxy", "true");

    assertThat(ServerConfig.read(Optional.empty(), NONE, loopback).plaintext()).isTrue();
    assertThat(ServerConfig.read(Optional.empty(), NONE, proxied).behindTlsProxy()).isTrue();
    assertThat(faultsOf(Optional.empty(), NONE, Map.of("plaintext", "true")))
        .containsExactly(
            "agent_address is on loopback where plaintext = true.",
            "operator_address is on loopback where plaintext = true.");
    assertThat(faultsOf(Optional.empty(), NONE, Map.of("behind_tls_proxy", "true"))).hasSize(1);
  }

  @Test
  void read_metricsOff_isEmpty() throws Exception {
    assertThat(
            ServerConfig.read(Optional.empty(), NONE, Map.of("metrics_address", "off"))
                .metricsAddress())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "heartbeat_interval, 999ms",
    "heartbeat_interval, 301s",
    "heartbeat_interval, 20",
    "heartbeat_interval, -20s",
    "drain_timeout, 99999999999999s",
    "new_sessions_per_second, 0",
    "new_sessions_per_second, 1e3",
    "agent_address, host",
    "agent_address, host:65536",
    "agent_address, ::1:80",
    "advertise, host:7443/x",
    "data_dir, ''",
  })
  void read_badValue_isAFault(String key, String value) {
    assertThat(faultsOf(Optional.empty(), NONE, Map.of(key, value)))
        .singleElement()
        .asString()
        .startsWith(key + " ");
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0:7443, 0.0.0.0, 7443, false",
    ":7443, 0.0.0.0, 7443, false",
    "localhost:0, localhost, 0, true",
    "127.8.9.1:65535, 127.8.9.1, 65535, true",
    "[::1]:7443, ::1, 7443, true",
    "[::]:7443, ::, 7443, false",
  })
  void address_isRead(String text, String host, int port, boolean loopback) {
    ListenAddress address = ListenAddress.tryParse(text).orElseThrow();

    assertThat(address).isEqualTo(new ListenAddress(host, port));
    assertThat(address.isLoopback()).isEqualTo(loopback);
    assertThat(ListenAddress.tryParse(address.toString())).contains(address);
  }

  @Test
  void settings_defaultsAreSound_andNamesAgree() throws Exception {
    for (Setting setting : Setting.values()) {
      ServerConfig.read(Optional.empty(), NONE, Map.of(setting.key(), setting.defaultText()));

      assertThat(Setting.of(setting.flag().substring(2))).contains(setting);
    }
  }

  private Path file(String... lines) throws IOException {
    return Files.write(directory.resolve("muster-server.properties"), List.of(lines));
  }

  private static List<String> faultsOf(
      Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {
    ConfigException error =
        catchThrowableOfType(
            ConfigException.class, () -> ServerConfig.read(file, environment, flags));
    assertThat(error).as("faults").isNotNull();
    return error.faults();
  }
}

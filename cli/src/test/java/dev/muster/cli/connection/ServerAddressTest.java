// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ServerAddressTest {
  @ParameterizedTest
  @CsvSource({
    "bus.example, bus.example, 7444",
    "bus.example:17444, bus.example, 17444",
    "10.0.0.1:1, 10.0.0.1, 1",
    "[::1], ::1, 7444",
    "[fe80::1%eth0]:65535, fe80::1%eth0, 65535",
  })
  void forms_areRead(String text, String host, int port) {
    assertThat(ServerAddress.parse(text)).isEqualTo(new ServerAddress(host, port));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":1",
        "a:",
        "a:0",
        "a:65536",
        "a:1234567",
        "a:b",
        "::1",
        "[::1",
        "a b",
        "https://a"
      })
  void otherForms_areRefused(String text) {
    assertThatThrownBy(() -> ServerAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"");
  }

  @Test
  void text_readsBack() {
    assertThat(new ServerAddress("::1", 7)).hasToString("[::1]:7");
    assertThat(new ServerAddress("a", 7)).hasToString("a:7");
  }

  @Test
  void loopback_isThisMachine() {
    assertThat(ServerAddress.parse("localhost").isLoopback()).isTrue();
    assertThat(ServerAddress.parse("127.8.8.8").isLoopback()).isTrue();
    assertThat(ServerAddress.parse("192.0.2.1").isLoopback()).isFalse();
  }
}

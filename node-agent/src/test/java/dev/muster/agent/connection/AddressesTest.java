// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.identity.Trust;
import io.grpc.HttpConnectProxiedSocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressesTest {
  @ParameterizedTest
  @CsvSource({
    "bus.example, bus.example, 7443, bus.example:7443",
    "bus.example:99, bus.example, 99, bus.example:99",
    "127.0.0.1:99, 127.0.0.1, 99, 127.0.0.1:99",
    "[::1]:99, ::1, 99, [::1]:99",
    "[::1], ::1, 7443, [::1]:7443"
  })
  void address_isHostAndPort(String text, String host, int port, String printed) {
    ServerAddress address = ServerAddress.parse(text);

    assertThat(address.host()).isEqualTo(host);
    assertThat(address.port()).isEqualTo(port);
    assertThat(address).hasToString(printed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":99", "a:b", "a:0", "a:65536", "a:99999", "http://a", "a b", "::1"})
  void anythingElse_isRefused(String text) {
    assertThatThrownBy(() -> ServerAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void plainText_isForLoopbackOnly() {
    NettyServerConnection connection =
        new NettyServerConnection(ServerAddress.parse("192.0.2.1:99"), "test", Map.of());

    assertThatThrownBy(() -> connection.open(new Trust.Plaintext()))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining("loopback");
    assertThat(ServerAddress.parse("127.1.2.3").isLoopback()).isTrue();
    assertThat(ServerAddress.parse("[::1]").isLoopback()).isTrue();
  }

  @Test
  void proxy_isThatOfTheEnvironment() throws IOException {
    HttpConnectProxiedSocketAddress address =
        Objects.requireNonNull(
            proxied(Map.of("HTTPS_PROXY", "http://al%40ice:p%20w@192.0.2.9:3128"), "bus.example"));

    assertThat(address.getUsername()).isEqualTo("al@ice");
    assertThat(address.getPassword()).isEqualTo("p w");
    assertThat(address.getTargetAddress().getHostString()).isEqualTo("bus.example");
    assertThat(((InetSocketAddress) address.getProxyAddress()).getPort()).isEqualTo(3128);
  }

  @Test
  void exemptHostsAndLoopback_goStraight() throws IOException {
    Map<String, String> environment =
        Map.of("https_proxy", "192.0.2.9:1", "no_proxy", "a.example, .inner.example");

    assertThat(proxied(environment, "b.example")).isNotNull();
    assertThat(proxied(environment, "a.example")).isNull();
    assertThat(proxied(environment, "x.inner.example")).isNull();
    assertThat(proxied(environment, "localhost")).isNull();
    assertThat(proxied(Map.of(), "b.example")).isNull();
    assertThat(proxied(Map.of("HTTPS_PROXY", "::nonsense::"), "b.example")).isNull();
    assertThat(
            new EnvironmentProxy(environment)
                .proxyFor(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)))
        .isNull();
  }

  @Test
  void proxyWhoseNameIsUnknown_isAFailureLikeAnyOther() {
    assertThatThrownBy(() -> proxied(Map.of("HTTPS_PROXY", "no.such.name.invalid:1"), "b.example"))
        .isInstanceOf(IOException.class);
  }

  private static @Nullable HttpConnectProxiedSocketAddress proxied(
      Map<String, String> environment, String host) throws IOException {
    return (HttpConnectProxiedSocketAddress)
        new EnvironmentProxy(environment).proxyFor(InetSocketAddress.createUnresolved(host, 7443));
  }
}

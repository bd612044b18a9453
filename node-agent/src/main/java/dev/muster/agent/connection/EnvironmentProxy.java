// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import io.grpc.HttpConnectProxiedSocketAddress;
import io.grpc.ProxiedSocketAddress;
import io.grpc.ProxyDetector;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy that {@code HTTPS_PROXY} names ({@code http://USER:PASSWORD@HOST:PORT}), for all hosts
 * but loopback and those of {@code NO_PROXY} (names, domains, {@code *}). Lower-case names of the
 * variables come first, as with other programs. Thread-safe.
 */
final class EnvironmentProxy implements ProxyDetector {
  private static final Logger log = LoggerFactory.getLogger(EnvironmentProxy.class);
  private static final int DEFAULT_PORT = 80;

  private final Optional<URI> proxy;
  private final String[] exempt;

  EnvironmentProxy(Map<String, String> environment) {
    this.proxy = find(environment, "https_proxy").flatMap(EnvironmentProxy::parse);
    this.exempt =
        find(environment, "no_proxy").orElse("").toLowerCase(Locale.ROOT).split("[,\\s]+", -1);
  }

  @Override
  public @Nullable ProxiedSocketAddress proxyFor(SocketAddress target) throws IOException {
    if (proxy.isEmpty()
        || !(target instanceof InetSocketAddress host)
        || isExempt(host.getHostString().toLowerCase(Locale.ROOT))
        || (!host.isUnresolved() && host.getAddress().isLoopbackAddress())) {
      return null;
    }
    URI uri = proxy.get();
    InetSocketAddress resolved =
        new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
    if (resolved.isUnresolved()) {
      throw new IOException("The proxy's name " + uri.getHost() + " is not known.");
    }
    HttpConnectProxiedSocketAddress.Builder address =
        HttpConnectProxiedSocketAddress.newBuilder()
            .setTargetAddress(host)
            .setProxyAddress(resolved);
    String user = uri.getRawUserInfo();
    if (user != null) {
      int colon = user.indexOf(':');
      address.setUsername(decode(colon < 0 ? user : user.substring(0, colon)));
      address.setPassword(colon < 0 ? "" : decode(user.substring(colon + 1)));
    }
    return address.build();
  }

  private boolean isExempt(String host) {
    return host.equals("localhost")
        || Arrays.stream(exempt)
            .filter(entry -> !entry.isEmpty())
            .map(entry -> entry.startsWith(".") ? entry.substring(1) : entry)
            .anyMatch(
                entry -> entry.equals("*") || host.equals(entry) || host.endsWith("." + entry));
  }

  private static Optional<String> find(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
        .filter(value -> !value.isBlank());
  }

  private static Optional<URI> parse(String text) {
    try {
      URI uri = new URI(text.contains("://") ? text : "http://" + text);
      if (uri.getHost() != null) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      // Told below, without the text: it may hold a password.
    }
    log.error("HTTPS_PROXY is not http://HOST:PORT and is not used.");
    return Optional.empty();
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a listener is bound.
 *
 * @param host name or address, an IPv6 address without brackets; {@code 0.0.0.0} for all of the
 *     machine's
 * @param port 1 to 65535, or 0 for any free one
 */
public record ListenAddress(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^:\\[\\]]*)):(\\d{1,5})");
  private static final int MAX_PORT = 65_535;

  /**
   * Returns the address that a text of the form {@code host:port} or {@code [ipv6]:port} stands
   * for.
   */
  public static Optional<ListenAddress> tryParse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > MAX_PORT) {
      return Optional.empty();
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return Optional.of(
        new ListenAddress(
            host == null || host.isEmpty() ? "0.0.0.0" : host, Integer.parseInt(matcher.group(3))));
  }

  /**
   * Tells whether only this machine can reach it. A name that cannot be resolved does not count.
   */
  public boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Returns it for a socket; unresolved if its name is not known. */
  public InetSocketAddress toSocketAddress() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}

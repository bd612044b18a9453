// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import dev.muster.wire.Limits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the server listens for operators.
 *
 * @param host name or address; an IPv6 address without its brackets
 * @param port from 1 to 65535
 */
public record ServerAddress(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([^\\]\\s]+)]|([^:\\[\\]\\s]+))(?::(\\d{1,6}))?");

  /** The server on this machine. */
  public static final ServerAddress LOCAL = new ServerAddress("localhost", Limits.OPERATOR_PORT);

  /**
   * Parses {@code host}, {@code host:port}, {@code [ipv6]} or {@code [ipv6]:port}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static ServerAddress parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not host:port (an IPv6 address needs brackets).");
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    String port = matcher.group(3);
    int number = port == null ? Limits.OPERATOR_PORT : Integer.parseInt(port);
    if (number < 1 || number > 65_535) {
      throw new IllegalArgumentException("\"" + text + "\" has no port from 1 to 65535.");
    }
    return new ServerAddress(host, number);
  }

  /** Whether it is this machine, so that no network is between. */
  public boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}

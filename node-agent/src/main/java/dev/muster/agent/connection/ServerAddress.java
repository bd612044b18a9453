// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.wire.Limits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the server is. Prints itself as {@code HOST:PORT}.
 *
 * @param host name or address; an IPv6 address without brackets
 * @param port from 1 to 65535
 */
public record ServerAddress(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?:\\[(?<six>[0-9a-fA-F:.%]+)\\]|(?<host>[^\\[\\]:/\\s]+))(?::(?<port>\\d{1,5}))?");

  /** Checks the port. */
  public ServerAddress {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a port is from 1 to 65535");
    }
  }

  /**
   * Reads {@code HOST}, {@code HOST:PORT} or {@code [IPV6]:PORT}; the port is 7443 where it is not
   * said.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static ServerAddress parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is not HOST:PORT");
    }
    String port = matcher.group("port");
    String six = matcher.group("six");
    return new ServerAddress(
        six != null ? six : matcher.group("host"),
        port == null ? Limits.AGENT_PORT : Integer.parseInt(port));
  }

  /** Returns whether all addresses of the host are this very machine's. Asks the resolver. */
  public boolean isLoopback() {
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}

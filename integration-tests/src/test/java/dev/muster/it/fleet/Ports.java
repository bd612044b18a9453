// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.Random;

/**
 * Ports that stay free while a server restarts: below those that the system gives to clients, so
 * that no outgoing connection takes them meanwhile.
 */
final class Ports {
  private static final int FIRST = 12_000;
  private static final int COUNT = 20_000;
  private static final Random RANDOM = new SecureRandom();

  private Ports() {}

  static int free() {
    while (true) {
      int port = FIRST + RANDOM.nextInt(COUNT);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException e) {
        // Taken; another one.
      }
    }
  }
}

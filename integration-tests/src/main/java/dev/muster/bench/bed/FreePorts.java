// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import dev.muster.bench.BenchFailedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports for servers. Below the range that the system gives to clients: of the connections of
 * a swarm that waits for its server, one could otherwise take the server's own port.
 */
public final class FreePorts {
  private static final int FROM = 15_000;
  private static final int TO = 32_000;
  private static final int ATTEMPTS = 200;

  private FreePorts() {}

  /** Returns a port of the loopback interface that nobody listens on now. */
  public static int next() {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = ThreadLocalRandom.current().nextInt(FROM, TO);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException e) {
        // Somebody listens there: try another.
      }
    }
    throw new BenchFailedException("no free port between " + FROM + " and " + TO);
  }
}

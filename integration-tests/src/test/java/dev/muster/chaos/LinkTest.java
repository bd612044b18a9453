// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LinkTest {
  private final ServerSocket server = new ServerSocket();
  private final Link link;

  LinkTest() throws IOException {
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    link = Link.to(server.getLocalPort());
  }

  @AfterEach
  void close() throws IOException {
    link.close();
    server.close();
  }

  @Test
  void bytes_passBothWays() throws IOException {
    try (Socket agent = connect();
        Socket far = server.accept()) {
      agent.getOutputStream().write(1);
      far.getOutputStream().write(2);

      assertThat(far.getInputStream().read()).isEqualTo(1);
      assertThat(agent.getInputStream().read()).isEqualTo(2);
    }
  }

  @Test
  void heldBytes_comeAfterTheRelease_behindTheBackOfANewerConnection() throws IOException {
    try (Socket older = connect();
        Socket farOlder = server.accept()) {
      older.getOutputStream().write(1);
      assertThat(farOlder.getInputStream().read()).isEqualTo(1);
      link.hold(Link.Hold.STANDING);
      older.getOutputStream().write(2);
      older.shutdownOutput();
      try (Socket newer = connect();
          Socket farNewer = server.accept()) {
        newer.getOutputStream().write(3);

        assertThat(farNewer.getInputStream().read()).isEqualTo(3);
        farOlder.setSoTimeout(200);
        assertThatThrownBy(() -> farOlder.getInputStream().read())
            .isInstanceOf(SocketTimeoutException.class);
        link.release();
        farOlder.setSoTimeout(0);
        assertThat(farOlder.getInputStream().read()).isEqualTo(2);
        assertThat(farOlder.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  @Test
  void oneWayHeld_leavesTheOther() throws IOException {
    try (Socket agent = connect();
        Socket far = server.accept()) {
      link.hold(Link.Hold.FROM_AGENT);
      agent.getOutputStream().write(1);
      far.getOutputStream().write(2);

      assertThat(agent.getInputStream().read()).isEqualTo(2);
      far.setSoTimeout(200);
      assertThatThrownBy(() -> far.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void cut_endsEveryConnection() throws IOException {
    try (Socket agent = connect();
        Socket far = server.accept()) {
      agent.getOutputStream().write(1);
      assertThat(far.getInputStream().read()).isEqualTo(1);

      link.cut();

      assertThatThrownBy(
              () -> {
                if (agent.getInputStream().read() < 0) {
                  throw new IOException("ended");
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  private Socket connect() throws IOException {
    String address = link.address();
    return new Socket(
        InetAddress.getLoopbackAddress(),
        Integer.parseInt(address.substring(address.indexOf(':') + 1)));
  }
}

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
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LinkTest {
  private final ServerSocket server = new ServerSocket();
  private final Link link;

  LinkTest() throws IOException {
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    link = Link.to(server.getLocalPort(), new Moments());
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
  void strandedBytes_comeAfterTheRelease_thoughTheAgentIsGone() throws IOException {
    try (Socket older = connect();
        Socket farOlder = server.accept()) {
      older.getOutputStream().write(1);
      assertThat(farOlder.getInputStream().read()).isEqualTo(1);
      link.hold(Link.Hold.FROM_AGENT);
      older.getOutputStream().write(2);
      older.getOutputStream().write(3);
      link.strand();
      assertThatThrownBy(
              () -> {
                if (older.getInputStream().read() < 0) {
                  throw new IOException("ended");
                }
              })
          .isInstanceOf(IOException.class);
      try (Socket newer = connect();
          Socket farNewer = server.accept()) {
        newer.getOutputStream().write(4);

        assertThat(farNewer.getInputStream().read()).isEqualTo(4);
        farOlder.setSoTimeout(200);
        assertThatThrownBy(() -> farOlder.getInputStream().read())
            .isInstanceOf(SocketTimeoutException.class);
        link.release();
        farOlder.setSoTimeout(0);
        assertThat(farOlder.getInputStream().readNBytes(2)).containsExactly(2, 3);
        assertThat(farOlder.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  @Test
  void portionsAsLongAsCommandsAndReports_areTold() throws Exception {
    try (Socket agent = connect();
        Socket far = server.accept()) {
      CompletableFuture<Boolean> command = awaits(Moments.Kind.COMMAND_PASSED);
      CompletableFuture<Boolean> report = awaits(Moments.Kind.REPORT_PASSED);

      while (!command.isDone() || !report.isDone()) { // It counts from when it is waited for.
        agent.getOutputStream().write(new byte[200]);
        far.getOutputStream().write(new byte[200]);
        far.getInputStream().readNBytes(200);
        agent.getInputStream().readNBytes(200);
      }

      assertThat(command.get()).isTrue();
      assertThat(report.get()).isTrue();
    }
  }

  private CompletableFuture<Boolean> awaits(Moments.Kind kind) {
    return CompletableFuture.supplyAsync(
        () -> link.moments().awaitNext(kind, Duration.ofSeconds(20)));
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

// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.muster.cli.fake.FakeServer;
import dev.muster.cli.fake.WatchScript;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A real process and a real signal. */
final class CtrlCTest {
  @Test
  void interruptedWatch_endsWith130_andSaysHowToComeBack() throws Exception {
    try (FakeServer server = FakeServer.start()) {
      server.fleet().addNode("web-1", Map.of());
      String id = Cli.of(server).run("run", "restart", "-n", "web-1", "--detach").out().strip();
      server
          .fleet()
          .watch(
              WatchScript.stuck(
                  server.fleet().executions().get(0), server.fleet().invocations(id)));
      Process muster = start(server, "watch", id, "--plaintext");

      try (BufferedReader out = muster.inputReader(StandardCharsets.UTF_8)) {
        String line = out.readLine();
        if (line == null) {
          fail(new String(muster.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        }
        assertThat(line).isEqualTo("RUNNING 0/1: 1 PENDING");
        interrupt(muster);
        assertThat(muster.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(muster.exitValue()).isEqualTo(130);
        assertThat(new String(muster.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
            .contains("Detached; the execution goes on.", "muster watch " + id);
      } finally {
        muster.destroyForcibly();
      }
    }
  }

  private static Process start(FakeServer server, String... arguments) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    ProcessBuilder builder =
        new ProcessBuilder(
            java.toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Muster.class.getName());
    builder.command().addAll(List.of(arguments));
    builder.environment().put("MUSTER_SERVER", server.address());
    builder.environment().put("MUSTER_TOKEN", FakeServer.TOKEN.format());
    return builder.start();
  }

  private static void interrupt(Process process) throws Exception {
    int exitCode =
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
    assertThat(exitCode).isZero();
  }
}

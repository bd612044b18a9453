// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server that can be killed and started again with the same data and ports. Driven by one thread.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile("muster server ready agent=\\S+ operator=\\S+");
  private static final Duration START = Duration.ofSeconds(60);

  private final Path dataDirectory;
  private final List<String> flags;
  private final int agentPort = Ports.free();
  private final int operatorPort = Ports.free();
  private final List<ProgramProcess> lives = new ArrayList<>();
  private @Nullable ProgramProcess current;

  ServerProcess(Path dataDirectory, List<String> flags) {
    this.dataDirectory = dataDirectory;
    this.flags = flags;
  }

  /** Starts it, and returns when it listens. */
  public void start() {
    List<String> command = new ArrayList<>(Programs.command("server", "256m"));
    command.addAll(
        List.of(
            "--data-dir",
            dataDirectory.toString(),
            "--agent-address",
            "127.0.0.1:" + agentPort,
            "--operator-address",
            "127.0.0.1:" + operatorPort,
            "--metrics-address",
            "off",
            "--reconnect-spread",
            "1s"));
    command.addAll(flags);
    ProgramProcess program =
        ProgramProcess.start("server (life " + (lives.size() + 1) + ")", command, Map.of());
    lives.add(program);
    current = program;
    var unused = program.awaitLine(READY, START);
  }

  /** Ends it as `kill -9` does. */
  public void kill() {
    program().kill();
  }

  /** Asks it to stop, and returns when it has. */
  public void stop() {
    program().terminate(Duration.ofSeconds(30));
  }

  /** Returns its present process. */
  public ProgramProcess program() {
    return requireNonNull(current, "the server was not started");
  }

  /** Returns where agents connect. */
  public String agentAddress() {
    return "127.0.0.1:" + agentPort;
  }

  /** Returns the port of agents. */
  public int agentPort() {
    return agentPort;
  }

  /** Returns the port of operators. */
  public int operatorPort() {
    return operatorPort;
  }

  /** Returns the certificate authority's file. */
  public Path caFile() {
    return dataDirectory.resolve("tls").resolve("ca.pem");
  }

  /** Returns the file with the admin's token. */
  public Path adminTokenFile() {
    return dataDirectory.resolve("admin-token");
  }

  /** Returns its data directory. */
  public Path dataDirectory() {
    return dataDirectory;
  }

  List<ProgramProcess> lives() {
    return List.copyOf(lives);
  }

  @Override
  public void close() {
    lives.forEach(ProgramProcess::close);
  }
}

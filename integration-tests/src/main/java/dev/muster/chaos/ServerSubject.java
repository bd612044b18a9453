// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import dev.muster.bench.bed.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The server, which dies and comes back with its data and its ports. Short heartbeats, so that a
 * dead connection is noticed within a run. Driven by one thread.
 */
final class ServerSubject implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration STOP = Duration.ofSeconds(20);

  private final Programs programs;
  private final Path folder;
  private final int agentPort = FreePorts.next();
  private final int operatorPort = FreePorts.next();
  private Subject life;

  private ServerSubject(Programs programs, Path folder) {
    this.programs = programs;
    this.folder = folder;
    this.life = launch();
  }

  /** Starts a server with an empty store. */
  static ServerSubject start(Programs programs, Path folder) {
    return new ServerSubject(programs, folder);
  }

  int agentPort() {
    return agentPort;
  }

  int operatorPort() {
    return operatorPort;
  }

  /** Returns the token of its first operator. */
  String adminToken() {
    try {
      return Files.readString(data().resolve("admin-token")).strip();
    } catch (IOException e) {
      throw new ChaosFailedException("the server left no admin token", e);
    }
  }

  /** Returns its database. */
  Path database() {
    return data().resolve("muster.db");
  }

  /** Returns its database's log. */
  Path log() {
    return data().resolve("muster.db-wal");
  }

  void kill() {
    life.kill();
  }

  /** Asks it to stop; one that does not is killed. */
  void stop() {
    if (!life.terminate(STOP)) {
      life.kill();
    }
  }

  /** Gets ready to let it stand still at a moment. */
  Trigger armFreeze() {
    return life.armFreeze();
  }

  void freeze() {
    life.freeze();
  }

  void thaw() {
    life.thaw();
  }

  /** Starts it again, and returns when it serves. */
  void restart() {
    life = launch();
  }

  @Override
  public void close() {
    life.kill();
  }

  private Subject launch() {
    List<String> command = new ArrayList<>(programs.serverCommand());
    command.addAll(List.of("--data-dir", data().toString()));
    command.addAll(List.of("--agent-address", "127.0.0.1:" + agentPort));
    command.addAll(List.of("--operator-address", "127.0.0.1:" + operatorPort));
    command.addAll(List.of("--metrics-address", "off", "--plaintext"));
    command.addAll(List.of("--heartbeat-interval", "2s", "--missed-heartbeats", "3"));
    command.addAll(List.of("--drain-timeout", "2s", "--reconnect-spread", "1s"));
    command.addAll(List.of("--lost-sweep-grace", "10s"));
    CountDownLatch ready = new CountDownLatch(1);
    Subject started =
        Subject.start(
            "server",
            command,
            folder.resolve("server.log"),
            line -> {
              if (line.startsWith("muster server ready")) {
                ready.countDown();
              }
            });
    try {
      for (long waited = 0; !ready.await(100, TimeUnit.MILLISECONDS); waited += 100) {
        if (!started.isAlive() || waited > START.toMillis()) {
          throw new ChaosFailedException(
              "the server did not start; its log is " + folder.resolve("server.log"));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return started;
  }

  private Path data() {
    return folder.resolve("data");
  }
}

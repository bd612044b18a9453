// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import dev.muster.chaos.check.Mishap;
import java.io.IOException;
import java.time.Duration;

/** Breaks the server. */
final class ServerBreaker extends Breaker {
  private static final Duration ONE_COMES = Duration.ofSeconds(3);

  private final ServerSubject server;
  private final FaultLog log;
  private final Answers answers;
  private final boolean losesWrites;

  ServerBreaker(
      ServerSubject server,
      FaultLog log,
      Answers answers,
      boolean losesWrites,
      Chance chance,
      Calm calm) {
    super(chance, calm, 2_000, 11_000);
    this.server = server;
    this.log = log;
    this.answers = answers;
    this.losesWrites = losesWrites;
  }

  @Override
  void breakSomething() {
    int kind = chance().between(1, 100);
    if (kind <= 50) {
      Mishap.Kind name = losesWrites ? Mishap.Kind.SERVER_LOG_TORN : Mishap.Kind.SERVER_KILLED;
      log.note(name, Mishap.SERVER, this::kill);
    } else if (kind <= 70) {
      log.note(Mishap.Kind.SERVER_RESTARTED, Mishap.SERVER, this::restart);
    } else {
      log.note(Mishap.Kind.SERVER_STOPPED, Mishap.SERVER, this::freeze);
    }
  }

  private void kill() {
    if (chance().percent(50)) {
      answers.awaitNext(ONE_COMES); // Whoever was just told that it is durable relies on it.
    }
    server.kill();
    if (losesWrites) {
      try {
        WriteAheadLog.tear(server.log(), chance());
      } catch (IOException e) {
        throw new ChaosFailedException("the log cannot be torn", e);
      }
    }
    leave(0, 3_000);
    server.restart();
  }

  private void restart() {
    server.stop();
    leave(0, 2_000);
    server.restart();
  }

  private void freeze() {
    server.freeze();
    leave(300, 9_000);
    server.thaw();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import dev.muster.chaos.check.Mishap;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Breaks the server and its store. */
final class ServerBreaker extends Breaker {
  private static final Duration ONE_COMES = Duration.ofSeconds(3);
  private static final Duration IT_GOES_OUT = Duration.ofSeconds(1);
  private static final Duration SOMEONE_IS_THERE = Duration.ofSeconds(6);

  private final ServerSubject server;
  private final FaultLog log;
  private final Moments moments;
  private final Errands errands;
  private final BooleanSupplier isFleetThere;
  private final boolean losesWrites;

  /**
   * Makes a breaker.
   *
   * @param errands where it asks for a large dispatch, to break the server in its commit
   * @param isFleetThere whether enough agents are connected for commands to be under way
   */
  ServerBreaker(
      ServerSubject server,
      FaultLog log,
      Moments moments,
      Errands errands,
      BooleanSupplier isFleetThere,
      boolean losesWrites,
      Chance chance,
      Calm calm) {
    super(chance, calm, 2_000, 11_000);
    this.server = server;
    this.log = log;
    this.moments = moments;
    this.errands = errands;
    this.isFleetThere = isFleetThere;
    this.losesWrites = losesWrites;
  }

  @Override
  void breakSomething() {
    int kind = chance().between(1, 100);
    if (kind <= 18) {
      Mishap.Kind name = losesWrites ? Mishap.Kind.SERVER_LOG_TORN : Mishap.Kind.SERVER_KILLED;
      log.note(name, Mishap.SERVER, this::kill);
    } else if (kind <= 60) {
      for (int left = chance().between(2, 4); left > 0 && !isCalm(); left--) {
        log.note(Mishap.Kind.SERVER_AMBUSHED, Mishap.SERVER, this::ambush);
      }
    } else if (kind <= 72) {
      log.note(Mishap.Kind.SERVER_RESTARTED, Mishap.SERVER, this::restart);
    } else if (kind <= 85) {
      log.note(Mishap.Kind.STORE_LOCKED, Mishap.SERVER, this::lockStore);
    } else {
      log.note(Mishap.Kind.SERVER_STOPPED, Mishap.SERVER, this::freeze);
    }
  }

  private void kill() {
    if (chance().percent(50)) {
      // Whoever was just told that it is durable relies on it.
      var unused = moments.awaitNext(Moments.Kind.DISPATCH_ANSWERED, ONE_COMES);
    }
    die();
    leave(0, 3_000);
    server.restart();
  }

  /** Kills it while commands are under way, where a commit has begun and may not be durable. */
  private void ambush() {
    await(isFleetThere, SOMEONE_IS_THERE);
    Duration frozen = chance().percent(25) ? chance().millis(20, 1_500) : Duration.ZERO;
    boolean locks = chance().percent(10);
    boolean inCrowd = chance().percent(65);
    Moments.Kind moment =
        inCrowd
            ? Moments.Kind.COMMAND_PASSED
            : chance().oneOf(List.of(Moments.Kind.DISPATCH_SENT, Moments.Kind.REPORT_PASSED));
    Duration later =
        moment == Moments.Kind.DISPATCH_SENT
            ? chance().micros(0, 15_000)
            : chance().micros(0, 3_000);
    if (locks) {
      killInTheQueue(moment, later);
    } else {
      killAt(moment, later, inCrowd, frozen);
    }
    leave(0, 500);
    server.restart();
  }

  private void killAt(Moments.Kind moment, Duration later, boolean inCrowd, Duration frozen) {
    try (Trigger freeze = server.armFreeze()) {
      if (inCrowd) {
        errands.ask();
        var unused = moments.awaitNext(Moments.Kind.DISPATCH_SENT, IT_GOES_OUT);
      }
      var unused = moments.awaitNext(moment, inCrowd ? IT_GOES_OUT : ONE_COMES);
      linger(later);
      if (!frozen.isZero()) {
        freeze.pull(); // What it has sent is acted upon, what it was about to write is not.
        leave(frozen);
      }
      die();
    }
  }

  /** Its commit waits for the lock, with all that has gathered, and never comes. */
  private void killInTheQueue(Moments.Kind moment, Duration later) {
    StoreLock lock = StoreLock.take(server.database());
    try {
      var unused = moments.awaitNext(moment, IT_GOES_OUT);
      linger(later);
      server.kill();
    } finally {
      lock.close();
    }
  }

  private void die() {
    server.kill();
    if (losesWrites) {
      try {
        WriteAheadLog.tear(server.log(), chance());
      } catch (IOException e) {
        throw new ChaosFailedException("the log cannot be torn", e);
      }
    }
  }

  private void restart() {
    server.stop();
    leave(0, 2_000);
    server.restart();
  }

  /** Mostly shorter than the server's patience, now and then longer. */
  private void lockStore() {
    Duration held =
        chance().percent(80) ? chance().millis(50, 1_000) : chance().millis(4_500, 7_000);
    StoreLock lock = StoreLock.take(server.database());
    try {
      leave(held);
    } finally {
      lock.close();
    }
  }

  private void freeze() {
    server.freeze();
    leave(300, 9_000);
    server.thaw();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import dev.muster.chaos.check.Mishap;
import java.time.Duration;

/** Breaks one agent and its machine. */
final class AgentBreaker extends Breaker {
  private static final Duration ONE_BEGINS = Duration.ofSeconds(3);
  private static final Duration COMES_BACK = Duration.ofSeconds(5);

  private final AgentSubject agent;
  private final Link link;
  private final FaultLog log;
  private boolean absentOnce;

  /**
   * Makes a breaker.
   *
   * @param absentOnce whether its first fault is an absence that no report survives in time
   */
  AgentBreaker(
      AgentSubject agent, Link link, FaultLog log, boolean absentOnce, Chance chance, Calm calm) {
    super(chance, calm, 3_000, 20_000);
    this.agent = agent;
    this.link = link;
    this.log = log;
    this.absentOnce = absentOnce;
  }

  @Override
  void breakSomething() {
    if (absentOnce) {
      absentOnce = false;
      log.note(Mishap.Kind.AGENT_ABSENT, agent.name(), () -> kill(Duration.ofSeconds(150)));
      return;
    }
    int kind = chance().between(1, 100);
    if (kind <= 18) {
      Duration away = chance().millis(0, 5_000);
      log.note(Mishap.Kind.AGENT_KILLED, agent.name(), () -> kill(away));
    } else if (kind <= 38) {
      for (int left = chance().between(2, 4); left > 0 && !isCalm(); left--) {
        log.note(Mishap.Kind.AGENT_AMBUSHED, agent.name(), this::ambush);
      }
    } else if (kind <= 46) {
      restart();
    } else if (kind <= 60) {
      log.note(Mishap.Kind.AGENT_STOPPED, agent.name(), this::freeze);
    } else if (kind <= 73) {
      log.note(Mishap.Kind.MACHINE_STOPPED, agent.name(), this::freezeMachine);
    } else if (kind <= 81) {
      log.note(Mishap.Kind.JOURNAL_LOST, agent.name(), () -> rob(agent::loseJournal));
    } else if (kind <= 95) {
      restoreOrBackUp();
    } else {
      log.note(Mishap.Kind.JOURNAL_CLONED, agent.name(), this::runTwice);
    }
  }

  private void kill(Duration away) {
    if (chance().percent(50)) {
      var unused = agent.awaitTrace(ONE_BEGINS); // Between the run and what is known of it.
    }
    agent.kill();
    leave(away);
    agent.launch();
  }

  /** Kills it between a command and the journal, or between the run and the journal. */
  private void ambush() {
    await(agent::isPresent, COMES_BACK);
    boolean byCommand = chance().percent(50);
    boolean atOnce = chance().percent(50);
    Duration later = byCommand ? chance().micros(0, 15_000) : chance().micros(0, 3_000);
    if (byCommand) {
      var unused = link.moments().awaitNext(Moments.Kind.COMMAND_PASSED, ONE_BEGINS);
    } else if (agent.awaitTrace(ONE_BEGINS) && atOnce) {
      later = Duration.ZERO;
    }
    linger(later);
    agent.kill();
    leave(0, 300);
    agent.launch();
  }

  private void restart() {
    // Known only afterwards: one that does not stop is killed.
    Mishap.Kind[] kind = {Mishap.Kind.AGENT_RESTARTED};
    log.note(
        () -> kind[0],
        agent.name(),
        () -> {
          if (!agent.stop()) {
            kind[0] = Mishap.Kind.AGENT_KILLED;
            agent.kill();
          }
          leave(0, 3_000);
          agent.launch();
        });
  }

  private void freeze() {
    agent.freeze();
    leave(300, 10_000);
    agent.thaw();
  }

  private void freezeMachine() {
    agent.freezeMachine();
    leave(300, 10_000);
    agent.thawMachine();
  }

  /**
   * The machine dies and comes back with another journal. Now and then what it did in its last
   * moments does not come through any more, or only when its next life has been heard of.
   */
  private void rob(Runnable journal) {
    int last = chance().between(1, 100);
    if (last <= 70) {
      link.hold(Link.Hold.FROM_AGENT);
      leave(300, 2_500);
    }
    agent.killMachine();
    if (last <= 35) {
      link.cut();
      link.release();
    } else if (last <= 70) {
      link.strand();
    }
    journal.run();
    leave(0, 3_000);
    agent.launch();
    if (last > 35 && last <= 70) {
      await(agent::isPresent, COMES_BACK);
      leave(0, 1_000);
      link.release();
    }
  }

  private void restoreOrBackUp() {
    if (agent.hasBackup()) {
      log.note(Mishap.Kind.JOURNAL_RESTORED, agent.name(), () -> rob(agent::restoreJournal));
    } else {
      log.note(
          Mishap.Kind.AGENT_KILLED,
          agent.name(),
          () -> {
            agent.kill();
            agent.backUpJournal();
            leave(0, 3_000);
            agent.launch();
          });
    }
  }

  private void runTwice() {
    agent.killMachine();
    AgentSubject other = agent.cloned();
    agent.launch();
    other.launch();
    leave(3_000, 12_000);
    other.close();
  }
}

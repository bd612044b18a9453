// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import dev.muster.chaos.check.Mishap;
import java.time.Duration;

/** Breaks one agent and its machine. */
final class AgentBreaker extends Breaker {
  private static final Duration ONE_BEGINS = Duration.ofSeconds(3);

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
    if (kind <= 34) {
      Duration away = chance().millis(0, 5_000);
      log.note(Mishap.Kind.AGENT_KILLED, agent.name(), () -> kill(away));
    } else if (kind <= 46) {
      restart();
    } else if (kind <= 60) {
      log.note(Mishap.Kind.AGENT_STOPPED, agent.name(), this::freeze);
    } else if (kind <= 73) {
      log.note(Mishap.Kind.MACHINE_STOPPED, agent.name(), this::freezeMachine);
    } else if (kind <= 81) {
      log.note(Mishap.Kind.JOURNAL_LOST, agent.name(), this::loseJournal);
    } else if (kind <= 95) {
      restoreOrBackUp();
    } else {
      log.note(Mishap.Kind.JOURNAL_CLONED, agent.name(), this::runTwice);
    }
  }

  private void kill(Duration away) {
    if (chance().percent(50)) {
      agent.awaitTrace(ONE_BEGINS); // Between the run and what is known of it.
    }
    agent.kill();
    leave(away);
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

  /** Now and then what the machine did in its last moments does not come through any more. */
  private void killMachine() {
    if (chance().percent(60)) {
      link.hold(Link.Hold.FROM_AGENT);
      leave(300, 2_500);
      agent.killMachine();
      link.cut();
      link.release();
    } else {
      agent.killMachine();
    }
  }

  private void loseJournal() {
    killMachine();
    agent.loseJournal();
    leave(0, 3_000);
    agent.launch();
  }

  private void restoreOrBackUp() {
    if (agent.hasBackup()) {
      log.note(
          Mishap.Kind.JOURNAL_RESTORED,
          agent.name(),
          () -> {
            killMachine();
            agent.restoreJournal();
            leave(0, 3_000);
            agent.launch();
          });
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

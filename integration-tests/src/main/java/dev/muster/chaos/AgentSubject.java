// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An agent on a machine of its own: a folder. It dies and comes back with its state, or with less
 * of it. Driven by one thread.
 */
final class AgentSubject implements AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(20);

  private final Programs programs;
  private final Sessions sessions;
  private final String name;
  private final Path folder;
  private final Duration clockSkew;
  private @Nullable Subject life;

  private AgentSubject(
      Programs programs, Sessions sessions, String name, Path folder, Duration clockSkew) {
    this.programs = programs;
    this.sessions = sessions;
    this.name = name;
    this.folder = folder;
    this.clockSkew = clockSkew;
  }

  /**
   * Makes an agent that is not started.
   *
   * @param folder that has everything of it
   * @param joinToken for its first start
   * @param clockSkew by how much its machine's clock is wrong
   */
  static AgentSubject create(
      Programs programs,
      Sessions sessions,
      String name,
      Path folder,
      Link link,
      int slots,
      String joinToken,
      Duration clockSkew)
      throws IOException {
    Path hooks = Files.createDirectories(folder.resolve("hooks"));
    Hooks.write(hooks, folder.resolve("truth"));
    AgentSubject agent = new AgentSubject(programs, sessions, name, folder, clockSkew);
    agent.configure(hooks, link, slots, joinToken);
    return agent;
  }

  String name() {
    return name;
  }

  /** Returns by how much the clock of its machine is wrong. */
  Duration clockSkew() {
    return clockSkew;
  }

  /** Returns what its hooks wrote. */
  Path truth() {
    return folder.resolve("truth");
  }

  /** Waits until a hook writes something down, but not longer than this; returns whether it did. */
  boolean awaitTrace(Duration most) {
    long end = System.nanoTime() + most.toNanos();
    long before = truth().toFile().length();
    while (truth().toFile().length() == before && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(50_000);
    }
    return truth().toFile().length() != before;
  }

  /** Starts it, and returns at once. */
  void launch() {
    List<String> command = new ArrayList<>(programs.agentCommand(clockSkew));
    command.addAll(List.of("run", "--config", folder.resolve("agent.properties").toString()));
    life =
        Subject.start(
            name, command, folder.resolve("agent.log"), line -> sessions.hear(process(), line));
  }

  /** Ends the agent; its hooks run on. */
  void kill() {
    if (life != null) {
      life.kill();
      sessions.ended(process());
    }
  }

  /** Ends the agent and everything that it started, as a power cut does. */
  void killMachine() {
    kill();
    Processes.killMentioning(folder + "/");
  }

  /** Asks the agent to stop; returns whether it did. */
  boolean stop() {
    boolean stopped = life == null || life.terminate(STOP);
    if (stopped) {
      sessions.ended(process());
    }
    return stopped;
  }

  void freeze() {
    if (life != null) {
      life.freeze();
    }
  }

  void thaw() {
    if (life != null) {
      life.thaw();
    }
  }

  /** Lets the agent and its hooks stand still. */
  void freezeMachine() {
    freeze(); // First, so that it starts nothing more.
    Processes.signal("STOP", Processes.mentioning(folder + "/"));
  }

  /** Lets them go on. */
  void thawMachine() {
    Processes.signal("CONT", Processes.mentioning(folder + "/"));
  }

  /** Loses the journal of an agent that does not run. */
  void loseJournal() {
    Folders.remove(journal());
  }

  /** Keeps a copy of the journal of an agent that does not run. */
  void backUpJournal() {
    Folders.copy(journal(), folder.resolve("backup"));
  }

  /** Returns whether there is a copy. */
  boolean hasBackup() {
    return Files.exists(folder.resolve("backup"));
  }

  /** Puts the copy in the journal's place; the agent does not run. The copy is used up. */
  void restoreJournal() {
    Folders.copy(folder.resolve("backup"), journal());
    Folders.remove(folder.resolve("backup"));
  }

  /** Makes a second machine from this one, whose agent does not run; neither does the new one's. */
  AgentSubject cloned() {
    Path other = folder.resolveSibling(name + "-clone");
    Folders.remove(other);
    try {
      Files.createDirectories(other);
      Folders.copy(folder.resolve("state"), other.resolve("state"));
      Files.writeString(
          other.resolve("agent.properties"),
          Files.readString(folder.resolve("agent.properties"))
              .replace(folder.resolve("state").toString(), other.resolve("state").toString()));
    } catch (IOException e) {
      throw new ChaosFailedException(name + " cannot be cloned", e);
    }
    return new AgentSubject(programs, sessions, name, other, clockSkew);
  }

  /** Returns whether it has a session, as far as it knows. */
  boolean isPresent() {
    return sessions.isPresent(process());
  }

  @Override
  public void close() {
    thawMachine();
    killMachine();
  }

  private Path journal() {
    return folder.resolve("state").resolve("journal");
  }

  private String process() {
    return folder.toString();
  }

  private void configure(Path hooks, Link link, int slots, String joinToken) throws IOException {
    Files.writeString(
        folder.resolve("agent.properties"),
        String.join(
                "\n",
                "server = " + link.address(),
                "plaintext = true",
                "name = " + name,
                "join-token = " + joinToken,
                "state-dir = " + folder.resolve("state"),
                "hooks-dir = " + hooks,
                "slots = " + slots,
                "stop-grace = 1s",
                "shutdown-grace = 1s")
            + "\n");
  }
}

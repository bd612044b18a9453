// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * A fleet of real processes: one server on free ports with its data in a temporary folder, agents
 * with hooks, agents that do as a test says ({@link ScriptedAgent}), and its admin. In a static
 * field it serves all tests of a class, else each has its own. When a test fails, all output of all
 * processes is printed. At its end everything is ended, what hooks left behind included; a
 * connection that does not end fails the test.
 */
public final class FleetHarness
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        TestExecutionExceptionHandler,
        LifecycleMethodExecutionExceptionHandler {
  private final List<String> serverFlags = new ArrayList<>();
  private final List<AgentProcess> agents = new ArrayList<>();
  private final List<ScriptedAgent> scripted = new ArrayList<>();
  private @Nullable Path folder;
  private @Nullable ServerProcess server;
  private @Nullable Operator operator;
  private boolean ofClass;

  /** Starts the server with a setting. */
  public FleetHarness serverSetting(String flag, String value) {
    serverFlags.add(flag);
    serverFlags.add(value);
    return this;
  }

  // ---- What tests use ----

  /** Returns the server. */
  public ServerProcess server() {
    return requireNonNull(server, "the fleet was not started");
  }

  /** Returns its admin. */
  public Operator operator() {
    return requireNonNull(operator, "the fleet was not started");
  }

  /** Returns a folder that goes with the fleet. */
  public Path folder() {
    return requireNonNull(folder, "the fleet was not started");
  }

  /** Makes an agent; it is not started. */
  public AgentProcess agent(String name) {
    AgentProcess agent = new AgentProcess(this, name, folder().resolve("agents").resolve(name));
    agents.add(agent);
    return agent;
  }

  /** Makes an agent with a copy of another's disk, as a cloned machine has; it is not started. */
  public AgentProcess twinOf(AgentProcess original) {
    Path copy = folder().resolve("agents").resolve(original.name() + "-twin");
    AgentProcess twin = new AgentProcess(this, original.name(), copy);
    agents.add(twin);
    copy(original.folder().resolve("state"), copy.resolve("state"));
    return twin;
  }

  /** Copies an agent's disk, as a backup does; returns where the copy is. */
  public Path backUp(AgentProcess agent) {
    Path copy = folder().resolve("backups").resolve(agent.name());
    copy(agent.folder().resolve("state"), copy);
    return copy;
  }

  /** Puts a copy in the place of an agent's disk. The agent does not run. */
  public void restore(AgentProcess agent, Path backup) {
    Path state = agent.folder().resolve("state");
    delete(state);
    copy(backup, state);
  }

  /** Makes a node whose agent is the test; it is not connected. */
  public ScriptedAgent scriptedAgent(String name) {
    return scriptedAgent(name, Map.of());
  }

  /** Makes a labelled node whose agent is the test; it is not connected. */
  public ScriptedAgent scriptedAgent(String name, Map<String, String> labels) {
    ScriptedAgent agent = new ScriptedAgent(server(), operator().createNode(name, labels));
    scripted.add(agent);
    return agent;
  }

  /** Ends the server as `kill -9` does and starts it again. */
  public void killAndRestartServer() {
    server().kill();
    restartServer();
  }

  /** Starts the server again, which has ended. */
  public void restartServer() {
    server().start();
    operator().reconnect();
  }

  // ---- What JUnit uses ----

  @Override
  public void beforeAll(ExtensionContext context) {
    ofClass = true;
    start();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (!ofClass) {
      start();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (!ofClass) {
      end();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    end();
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    printOutput(context, failure);
    throw failure;
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    printOutput(context, failure);
    throw failure;
  }

  @Override
  public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    printOutput(context, failure);
    throw failure;
  }

  /** Beside the failure, in the test's own output. */
  @SuppressWarnings("SystemOut")
  private void printOutput(ExtensionContext context, Throwable failure) {
    System.out.println("==== " + context.getDisplayName() + " failed: " + failure.getMessage());
    List<ProgramProcess> programs = new ArrayList<>(server().lives());
    agents.forEach(agent -> programs.addAll(agent.lives()));
    for (ProgramProcess program : programs) {
      System.out.println("---- " + program + "\n" + program.output());
    }
  }

  private void start() {
    try {
      folder = Files.createTempDirectory("muster-it-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server = new ServerProcess(folder.resolve("data"), serverFlags);
    server.start();
    operator = Operator.of(server);
  }

  private void end() {
    List<String> leaks = new ArrayList<>();
    for (ScriptedAgent agent : scripted) {
      if (!agent.end()) {
        leaks.add(agent + " has calls that do not end");
      }
    }
    if (operator != null && !operator.end()) {
      leaks.add("the operator's connection has calls that do not end");
    }
    agents.forEach(AgentProcess::close);
    if (server != null) {
      server.close();
    }
    if (folder != null) {
      // Hooks of killed agents name the folder in their environment.
      LocalProcesses.mentioning(folder.toString()).forEach(LocalProcesses::kill);
      delete(folder);
    }
    agents.clear();
    scripted.clear();
    operator = null;
    server = null;
    folder = null;
    if (!leaks.isEmpty()) {
      throw new AssertionError(String.join("; ", leaks));
    }
  }

  private static void copy(Path from, Path to) {
    try {
      Files.createDirectories(to.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // It is a temporary folder; the system cleans it.
    }
  }
}

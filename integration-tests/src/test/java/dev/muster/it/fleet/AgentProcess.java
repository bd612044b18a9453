// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An agent with hooks of its own that can be killed and started again with the same state. Driven
 * by one thread.
 */
public final class AgentProcess implements AutoCloseable {
  private static final Pattern CONNECTED =
      Pattern.compile("^agent (\\S+) connected to (\\S+) epoch (\\d+)$");
  private static final Duration CONNECT = Duration.ofSeconds(60);

  private final FleetHarness fleet;
  private final String name;
  private final Path folder;
  private final Map<String, String> labels = new TreeMap<>();
  private final Map<String, String> settings = new TreeMap<>();
  private final Set<String> actions = new TreeSet<>();
  private final List<ProgramProcess> lives = new ArrayList<>();
  private @Nullable ProgramProcess current;
  private int nextLine;
  private String joinToken = "";
  private String heap = "96m";

  AgentProcess(FleetHarness fleet, String name, Path folder) {
    this.fleet = fleet;
    this.name = name;
    this.folder = folder;
    settings.put("state-dir", folder.resolve("state").toString());
    settings.put("hooks-dir", hooksDirectory().toString());
    settings.put("hook-rescan", "0.3s");
    settings.put("stop-grace", "2s");
    create(hooksDirectory());
  }

  /** Gives it a label, by its join token. Before the first start. */
  public AgentProcess label(String key, String value) {
    labels.put(key, value);
    return this;
  }

  /** Sets the largest heap of its JVM. Before a start. */
  public AgentProcess heap(String size) {
    heap = size;
    return this;
  }

  /** Changes a setting of its configuration file. Before a start. */
  public AgentProcess setting(String key, String value) {
    settings.put(key, value);
    return this;
  }

  /** Gives it a hook: a shell script without its first line. */
  public AgentProcess hook(String action, String script) {
    Path file = hooksDirectory().resolve(action + ".sh");
    Path draft = hooksDirectory().resolve("." + action + ".new");
    try {
      Files.writeString(draft, "#!/bin/sh\n" + script + "\n");
      Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(draft, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    actions.add(action);
    return this;
  }

  /** Describes a hook: JSON text. */
  public AgentProcess sidecar(String action, String json) {
    Path draft = hooksDirectory().resolve("." + action + ".new");
    try {
      Files.writeString(draft, json);
      Files.move(
          draft,
          hooksDirectory().resolve(action + ".muster.json"),
          java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /**
   * Starts it with a join token of its name where it has no key yet, and returns when the server
   * knows its hooks.
   */
  public AgentProcess start() {
    return launch().awaitReady();
  }

  /** Waits until it has a session and the server knows its hooks. */
  public AgentProcess awaitReady() {
    var unusedEpoch = awaitConnected();
    var unusedNode = fleet.operator().awaitOnline(name, actions);
    return this;
  }

  /** Starts it, and returns at once. */
  public AgentProcess launch() {
    if (joinToken.isEmpty()) {
      joinToken = fleet.operator().joinToken(name, labels);
    }
    return launchTo(fleet.server().agentAddress(), joinToken);
  }

  /** Starts it with another server than the fleet's, and returns at once. */
  public AgentProcess launchTo(String server, String joinToken) {
    Path config = folder.resolve("agent.properties");
    Path token = folder.resolve("join-token");
    try {
      Files.writeString(token, joinToken);
      settings.put("server", server);
      settings.put("name", name);
      settings.put("join-token-file", token.toString());
      StringBuilder lines = new StringBuilder();
      settings.forEach((key, value) -> lines.append(key).append(" = ").append(value).append('\n'));
      Files.writeString(config, lines, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = new ArrayList<>(Programs.command("node-agent", heap));
    command.addAll(List.of("run", "--config", config.toString()));
    ProgramProcess program =
        ProgramProcess.start(
            "agent " + name + " (life " + (lives.size() + 1) + ")", command, Map.of());
    lives.add(program);
    current = program;
    nextLine = 0;
    return this;
  }

  /** Waits for the next session that it tells of, and returns its epoch. */
  public long awaitConnected() {
    ProgramProcess.Line line = program().awaitLine(CONNECTED, nextLine, CONNECT);
    nextLine = line.next();
    return Long.parseLong(line.matcher().group(3));
  }

  /** Ends it, and nothing else, as `kill -9` does. */
  public void kill() {
    program().kill();
  }

  /** Asks it to stop, and returns when it has. */
  public void stop() {
    program().terminate(Duration.ofSeconds(30));
  }

  /** Returns its present process. */
  public ProgramProcess program() {
    return requireNonNull(current, "agent " + name + " was not started");
  }

  /** Returns its name. */
  public String name() {
    return name;
  }

  /** Returns its own folder, where its hooks may leave things. */
  public Path folder() {
    return folder;
  }

  /** Returns the key that it has enrolled with. */
  public String nodeSecretKey() {
    return String.join("", linesOf("state/node.key"));
  }

  /** Returns where its hooks are. */
  public Path hooksDirectory() {
    return folder.resolve("hooks");
  }

  /** Returns the lines of a file that its hooks wrote; none if there is no such file. */
  public List<String> linesOf(String file) {
    try {
      Path path = folder.resolve(file);
      return Files.exists(path) ? Files.readAllLines(path) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<ProgramProcess> lives() {
    return List.copyOf(lives);
  }

  @Override
  public void close() {
    lives.forEach(ProgramProcess::close);
  }

  private static void create(Path directory) {
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

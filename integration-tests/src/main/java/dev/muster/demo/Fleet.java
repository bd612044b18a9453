// SPDX-License-Identifier: Apache-2.0
package dev.muster.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The processes of the demo and the temporary folder that everything of theirs is in. Closing ends
 * the processes and removes the folder; it may be closed twice, from any thread.
 */
final class Fleet implements AutoCloseable {
  private static final Pattern SERVER_READY =
      Pattern.compile("muster server ready agent=(\\S+) operator=(\\S+)");

  private final Path home;
  private final Path folder;
  private final Map<String, Program> programs = new LinkedHashMap<>();
  private final List<DemoNode> nodes = new ArrayList<>();
  private String agentAddress = "";
  private String operatorAddress = "";
  private boolean closed;

  private Fleet(Path home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /** Makes a fleet without processes; {@code home} is where the launcher is. */
  static Fleet in(Path home) throws IOException {
    return new Fleet(home, Files.createTempDirectory("muster-demo-"));
  }

  /** Where everything of the demo is. */
  Path folder() {
    return folder;
  }

  /** Where the server keeps its data. */
  Path serverFolder() {
    return folder.resolve("server");
  }

  /** The token that the server's first start made. */
  Path adminToken() {
    return serverFolder().resolve("admin-token");
  }

  /** The authority that the server's first start made. */
  Path certificateAuthority() {
    return serverFolder().resolve("tls").resolve("ca.pem");
  }

  /** Where agents connect, as {@code host:port}; empty before the server is ready. */
  synchronized String agentAddress() {
    return agentAddress;
  }

  /** Where operators connect, as {@code host:port}; empty before the server is ready. */
  synchronized String operatorAddress() {
    return operatorAddress;
  }

  /** Whether it was stopped. */
  synchronized boolean isClosed() {
    return closed;
  }

  /** Starts a program without waiting for it. */
  synchronized Program start(String name, Pattern ready, List<String> arguments) {
    if (closed) {
      throw new DemoFailedException("it was stopped");
    }
    Program program = Program.start(name, home, folder, ready, arguments);
    programs.put(name, program);
    return program;
  }

  /** Starts the server and waits until it is ready. */
  void startServer(List<String> arguments) throws InterruptedException {
    Matcher ready = start("server", SERVER_READY, arguments).awaitReady();
    synchronized (this) {
      agentAddress = ready.group(1);
      operatorAddress = ready.group(2);
    }
  }

  /** Makes the folder of a node: its hooks, and a service that runs. */
  synchronized DemoNode addNode(String name, String service) {
    Path nodeFolder = folder.resolve(name);
    try {
      copyHooks(nodeFolder.resolve("hooks"));
      DemoNode node = DemoNode.create(name, nodeFolder, service);
      nodes.add(node);
      return node;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the end of every program's log. */
  synchronized List<String> logTails() {
    return programs.values().stream().map(Program::logTail).toList();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    // All at once: each needs a moment to leave in good order.
    programs.values().forEach(Program::tellToStop);
    programs.values().forEach(Program::close);
    nodes.forEach(DemoNode::stopService);
    remove(folder);
  }

  private void copyHooks(Path target) throws IOException {
    Files.createDirectories(target);
    try (Stream<Path> hooks = Files.list(home.resolve("examples").resolve("hooks"))) {
      for (Path hook : hooks.toList()) {
        Files.copy(hook, target.resolve(hook.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // What is left is in the system's temporary folder.
    }
  }
}

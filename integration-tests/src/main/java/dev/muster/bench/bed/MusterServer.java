// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import dev.muster.bench.BenchFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The real server as a process, with data of its own. It can be killed and started again with the
 * same data and ports. Driven by one thread.
 */
public final class MusterServer implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("muster server ready agent=\\S+ operator=");
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(30);

  private final Workshop workshop;
  private final Path folder;
  private final BedPlan plan;
  private final int agentPort = FreePorts.next();
  private final int operatorPort = FreePorts.next();
  private int lives;
  private Child child;
  private ProcessFigures figures;

  private MusterServer(Workshop workshop, Path folder, BedPlan plan) {
    this.workshop = workshop;
    this.folder = folder;
    this.plan = plan;
    this.child = launch();
    this.figures = new ProcessFigures(child.pid());
  }

  /** Starts a server with an empty store, and returns when it is ready. */
  static MusterServer start(Workshop workshop, Path folder, BedPlan plan) {
    MusterServer server = new MusterServer(workshop, folder, plan);
    var unused = server.child.awaitReady(START);
    return server;
  }

  /** Ends it as {@code kill -9} does. */
  public void kill() {
    child.kill();
  }

  /** Starts it again with the same data and ports; returns what told that it is ready. */
  public Child.Ready restart() {
    child = launch();
    figures = new ProcessFigures(child.pid());
    return child.awaitReady(START);
  }

  /** Its process as it is now. */
  Child child() {
    return child;
  }

  /** What the system knows of its process. */
  public ProcessFigures figures() {
    return figures;
  }

  /** The collections of its process. */
  public GcLog gcLog() {
    return GcLog.read(gcLogFile());
  }

  boolean hasTls() {
    return plan.tls();
  }

  /** Where agents connect. */
  String agentAddress() {
    return "127.0.0.1:" + agentPort;
  }

  int operatorPort() {
    return operatorPort;
  }

  /** The token of its first operator. */
  String adminToken() {
    try {
      return Files.readString(data().resolve("admin-token")).strip();
    } catch (IOException e) {
      throw new BenchFailedException("the server left no admin token", e);
    }
  }

  /** The authority that its first start made. */
  Path certificateAuthority() {
    return data().resolve("tls").resolve("ca.pem");
  }

  /** What it serves TLS with: key and certificate are in one file. */
  TlsFiles tlsFiles() {
    Path certificate = data().resolve("tls").resolve("server.pem");
    return new TlsFiles(certificate, certificate, certificateAuthority());
  }

  /** Stops it in good order: what a profiler of its JVM gathered is written then. */
  @Override
  public void close() {
    child.stop(STOP);
  }

  private Child launch() {
    lives++;
    List<String> command = new ArrayList<>(workshop.pinning().servers());
    List<String> flags = new ArrayList<>(plan.jvmFlags());
    flags.addAll(workshop.options().serverJvm());
    command.addAll(Jvm.serverCommand(flags));
    command.add(GcLog.flag(gcLogFile()));
    command.addAll(List.of("-jar", workshop.serverJar().toString()));
    command.addAll(List.of("--data-dir", data().toString()));
    command.addAll(List.of("--agent-address", agentAddress()));
    command.addAll(List.of("--operator-address", "127.0.0.1:" + operatorPort));
    command.addAll(List.of("--metrics-address", "off"));
    // Neither side's limit is to be a setting: the raw server has none.
    command.addAll(List.of("--new-sessions-per-second", "100000"));
    command.addAll(List.of("--drain-timeout", "1s", "--reconnect-spread", "0s"));
    if (!plan.tls()) {
      command.add("--plaintext");
    }
    command.addAll(workshop.options().serverFlags());
    return workshop.start("server", command, folder, READY);
  }

  private Path data() {
    return folder.resolve("data");
  }

  private Path gcLogFile() {
    return folder.resolve("gc-" + lives + ".log");
  }
}

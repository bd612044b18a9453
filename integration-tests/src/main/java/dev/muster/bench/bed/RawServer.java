// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The limit: a gRPC server that sends one message to each connected stream and awaits two, and does
 * nothing else. Driven by one thread.
 */
public final class RawServer implements AutoCloseable {
  private static final String MAIN = "dev.muster.swarm.raw.RawEchoServer";
  private static final Pattern READY = Pattern.compile("raw server ready port=(\\d+)");

  /** It makes its inputs itself, none smaller. */
  private static final int LEAST_INPUT = 8;

  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Workshop workshop;
  private final Path folder;
  private final BedPlan plan;
  private final Optional<TlsFiles> tls;
  private final int port = FreePorts.next();
  private Child child;
  private ProcessFigures figures;

  private RawServer(Workshop workshop, Path folder, BedPlan plan, Optional<TlsFiles> tls) {
    this.workshop = workshop;
    this.folder = folder;
    this.plan = plan;
    this.tls = tls;
    this.child = launch();
    this.figures = new ProcessFigures(child.pid());
  }

  /**
   * Starts a raw server, and returns when it is ready.
   *
   * @param tls what it serves TLS with; empty: plaintext
   */
  static RawServer start(Workshop workshop, Path folder, BedPlan plan, Optional<TlsFiles> tls) {
    RawServer server = new RawServer(workshop, folder, plan, tls);
    var unused = server.child.awaitReady(START);
    return server;
  }

  /** Ends it as {@code kill -9} does and starts it again on the same port. */
  public void restart() {
    child.kill();
    child = launch();
    figures = new ProcessFigures(child.pid());
    var unused = child.awaitReady(START);
  }

  private Child launch() {
    List<String> command = new ArrayList<>(workshop.pinning().servers());
    command.addAll(Jvm.serverCommand(plan.jvmFlags()));
    command.addAll(List.of("-cp", workshop.classPath(), MAIN));
    command.addAll(List.of("--port", String.valueOf(port)));
    tls.ifPresent(
        files ->
            command.addAll(
                List.of("--tls", files.certificate().toString(), files.privateKey().toString())));
    return workshop.start("raw-server", command, folder, READY);
  }

  /**
   * Sends an EXECUTE with an input of so many bytes to each of this many streams; returns the ms to
   * the last of the two messages that come back from each.
   */
  double fanout(int nodes, int inputBytes) {
    String line = "fanout " + nodes + " " + Math.max(LEAST_INPUT, inputBytes);
    return child.ask(line, PATIENCE).path("ms").asDouble();
  }

  /** Sends a PREPARE to one stream and awaits the answer, so many times; percentiles in µs. */
  public JsonNode pingPong(int count) {
    return child.ask("pingpong " + count + " " + LEAST_INPUT, PATIENCE);
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** What the system knows of its process. */
  public ProcessFigures figures() {
    return figures;
  }

  @Override
  public void close() {
    child.close();
  }
}

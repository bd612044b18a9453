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
 * A process that is many nodes, of Muster or of the raw echo, told by lines what to do. Driven by
 * one thread.
 */
public final class Swarm implements AutoCloseable {
  private static final String MAIN = "dev.muster.swarm.SwarmMain";
  private static final Pattern NOTHING = Pattern.compile("(?!)");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration ENROLL_PATIENCE = Duration.ofMinutes(5);
  private static final Duration CONNECT_PATIENCE = Duration.ofMinutes(3);

  private final Child child;

  private Swarm(Child child) {
    this.child = child;
  }

  /** Starts a swarm of nodes of Muster; none is connected yet. */
  static Swarm ofNodes(
      Workshop workshop, Path folder, MusterServer server, String joinToken, int most) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--join-token", joinToken));
    arguments.addAll(List.of("--identities", folder.resolve("identities").toString()));
    if (!server.hasTls()) {
      arguments.add("--plaintext");
    }
    return start(workshop, "swarm", folder, server.agentAddress(), most, arguments);
  }

  /** Starts a swarm of raw echoes; none is connected yet. */
  static Swarm ofEchoes(
      Workshop workshop, Path folder, RawServer server, int most, Optional<TlsFiles> tls) {
    List<String> arguments = new ArrayList<>(List.of("--raw"));
    arguments.addAll(
        tls.map(files -> List.of("--ca", files.authority().toString()))
            .orElse(List.of("--plaintext")));
    return start(workshop, "raw-swarm", folder, server.address(), most, arguments);
  }

  private static Swarm start(
      Workshop workshop,
      String name,
      Path folder,
      String server,
      int most,
      List<String> arguments) {
    List<String> command = new ArrayList<>(workshop.pinning().clients());
    command.addAll(Jvm.command());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx1g", "-cp", workshop.classPath(), MAIN));
    command.addAll(List.of("--control", "--nodes", String.valueOf(most), "--server", server));
    command.addAll(arguments);
    return new Swarm(workshop.start(name, command, folder, NOTHING));
  }

  /** Makes identities until there are this many. */
  void enroll(int nodes) {
    var unused = child.ask("enroll " + nodes, ENROLL_PATIENCE);
  }

  /** Connects until exactly this many are connected; returns how long that took, in ms. */
  public double connect(int nodes) {
    return child.ask("connect " + nodes, CONNECT_PATIENCE).path("ms").asDouble();
  }

  /** Begins to wait until this many are connected again; {@link #awaited} ends it. */
  public void tellAwait(int nodes) {
    child.tell("await " + nodes);
  }

  /** Returns what the swarm answers once they are connected again. */
  public JsonNode awaited() {
    return child.answer("await", CONNECT_PATIENCE);
  }

  /** Ends all connections. */
  public void disconnect() {
    var unused = child.ask("disconnect", PATIENCE);
  }

  /** Returns its counters. */
  public JsonNode stats() {
    return child.ask("stats", PATIENCE);
  }

  Child child() {
    return child;
  }

  @Override
  public void close() {
    child.close();
  }
}

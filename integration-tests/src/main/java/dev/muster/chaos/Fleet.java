// SPDX-License-Identifier: Apache-2.0
package dev.muster.chaos;

import dev.muster.proto.operator.v1.GetNodeRequest;
import dev.muster.proto.operator.v1.Node;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One server, its admin, and agents behind links, in one folder. Closing ends every process, hooks
 * that nobody minds any more included; it may be closed twice, from any thread.
 */
final class Fleet implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(90);
  private static final int MOST_SLOTS = 4;
  private static final int RIGHT_CLOCKS = 25;
  private static final int MOST_SKEW_MILLIS = 3 * 3_600_000;

  private final Path folder;
  private final ServerSubject server;
  private final Operator operator;
  private final Sessions sessions = new Sessions();
  private final Moments moments = new Moments();
  private final List<AgentSubject> agents = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();
  private boolean closed;

  private Fleet(Path folder, ServerSubject server, Operator operator) {
    this.folder = folder;
    this.server = server;
    this.operator = operator;
  }

  /**
   * Starts a fleet, and returns when every node is there with all of its actions.
   *
   * @param ghosts how many nodes there are of which no agent ever comes
   * @param clocks chance of how wrong the clocks of the nodes are
   */
  static Fleet start(Path folder, int nodes, int ghosts, Chance clocks) throws IOException {
    Programs programs = Programs.copyInto(folder.resolve("programs"));
    ServerSubject server = ServerSubject.start(programs, folder);
    Fleet fleet = new Fleet(folder, server, Operator.of(server));
    try {
      for (int i = 1; i <= nodes; i++) {
        // Some clocks are right, the others behind or ahead by up to hours.
        Duration skew =
            clocks.percent(RIGHT_CLOCKS)
                ? Duration.ZERO
                : clocks.millis(-MOST_SKEW_MILLIS, MOST_SKEW_MILLIS);
        fleet.add(programs, "node-" + i, 1 + i % MOST_SLOTS, skew);
      }
      fleet.agents.forEach(AgentSubject::launch);
      for (int i = 1; i <= ghosts; i++) {
        fleet.operator.createNode("ghost-" + i, Operator.GHOSTS);
      }
      fleet.agents.forEach(agent -> fleet.awaitReady(agent.name()));
      return fleet;
    } catch (IOException | RuntimeException e) {
      fleet.close();
      throw e;
    }
  }

  ServerSubject server() {
    return server;
  }

  Operator operator() {
    return operator;
  }

  Sessions sessions() {
    return sessions;
  }

  List<AgentSubject> agents() {
    return List.copyOf(agents);
  }

  /** Tells what happens anywhere in the fleet. */
  Moments moments() {
    return moments;
  }

  /** Returns whether enough agents have a session for commands to be under way. */
  boolean isThere() {
    return 3 * agents.stream().filter(AgentSubject::isPresent).count() >= agents.size();
  }

  Link link(int agent) {
    return links.get(agent);
  }

  List<String> names() {
    return agents.stream().map(AgentSubject::name).toList();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    operator.close();
    server.thaw();
    server.close();
    agents.forEach(AgentSubject::close);
    links.forEach(Link::close);
    // Also the machines that were cloned.
    Processes.killMentioning(folder + "/");
  }

  private void add(Programs programs, String name, int slots, Duration skew) throws IOException {
    Link link = Link.to(server.agentPort(), moments);
    links.add(link);
    Path machine = Files.createDirectories(folder.resolve(name));
    agents.add(
        AgentSubject.create(
            programs, sessions, name, machine, link, slots, operator.joinToken(name), skew));
  }

  private void awaitReady(String name) {
    Instant end = Instant.now().plus(READY);
    while (Instant.now().isBefore(end)) {
      Node node = find(name);
      if (node.getOnline() && node.getActionsList().containsAll(Hooks.ALL)) {
        return;
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    throw new ChaosFailedException(name + " did not come; see " + folder);
  }

  private Node find(String name) {
    try {
      return operator
          .nodes()
          .getNode(GetNodeRequest.newBuilder().setNodeId(name).build())
          .getNode();
    } catch (StatusRuntimeException e) {
      return Node.getDefaultInstance(); // It has not enrolled yet.
    }
  }
}

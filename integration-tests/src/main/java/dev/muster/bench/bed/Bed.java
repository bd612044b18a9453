// SPDX-License-Identifier: Apache-2.0
package dev.muster.bench.bed;

import dev.muster.bench.BenchFailedException;
import dev.muster.proto.operator.v1.DispatchExecutionRequest;
import dev.muster.proto.operator.v1.Execution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/**
 * What a scenario measures on: a server with an empty store and its swarm, and beside them a raw
 * server and its own. Driven by one thread, but for dispatches; closing ends the processes.
 */
public final class Bed implements AutoCloseable {
  /** Value of the label that all nodes of a bed have. */
  public static final String FLEET = "bench";

  private static final Duration ROUND = Duration.ofMinutes(2);
  private static final Duration LOOK_EVERY = Duration.ofMillis(50);

  private final Workshop workshop;
  private final Path folder;
  private final MusterServer server;
  private final RawServer rawServer;
  private final Operator operator;
  private final Swarm swarm;
  private final Swarm rawSwarm;
  private final EndWatch end;
  private int nodes;

  private Bed(
      Workshop workshop,
      Path folder,
      MusterServer server,
      RawServer rawServer,
      Operator operator,
      Swarm swarm,
      Swarm rawSwarm) {
    this.workshop = workshop;
    this.folder = folder;
    this.server = server;
    this.rawServer = rawServer;
    this.operator = operator;
    this.swarm = swarm;
    this.rawSwarm = rawSwarm;
    this.end = new EndWatch(operator);
  }

  /** Makes a bed without nodes. */
  public static Bed open(Workshop workshop, BedPlan plan) {
    Path folder = workshop.newFolder(plan.name());
    MusterServer server = MusterServer.start(workshop, folder, plan);
    Operator operator = Operator.of(server);
    int most = plan.mostNodes();
    Swarm swarm = Swarm.ofNodes(workshop, folder, server, operator.joinToken(most, FLEET), most);
    Optional<TlsFiles> tls = plan.tls() ? Optional.of(server.tlsFiles()) : Optional.empty();
    RawServer rawServer = RawServer.start(workshop, folder, plan, tls);
    Swarm rawSwarm = Swarm.ofEchoes(workshop, folder, rawServer, most, tls);
    return new Bed(workshop, folder, server, rawServer, operator, swarm, rawSwarm);
  }

  /** Enrolls and connects until there are this many nodes, on both sides. */
  public void grow(int wanted) {
    enroll(wanted);
    var unused = swarm.connect(wanted);
    var unusedRaw = rawSwarm.connect(wanted);
    nodes = wanted;
    awaitQuiet();
  }

  /** Enrolls until there are this many nodes, on both sides; connects none. */
  public void enroll(int wanted) {
    swarm.enroll(wanted);
    rawSwarm.enroll(wanted);
  }

  /** Ends all connections, on both sides. */
  public void empty() {
    swarm.disconnect();
    rawSwarm.disconnect();
    nodes = 0;
    awaitQuiet();
  }

  /** Waits until neither server has work left. */
  public void awaitQuiet() {
    server.figures().awaitQuiet();
    rawServer.figures().awaitQuiet();
  }

  /** Waits until every report of the nodes is acknowledged, and the servers have no work left. */
  public void awaitAcknowledged() {
    long end = System.nanoTime() + ROUND.toNanos();
    JsonNode counts = swarm.stats();
    while (counts.path("acked").asLong() < counts.path("executes").asLong()) {
      if (System.nanoTime() > end) {
        throw new BenchFailedException("reports of the swarm stay unacknowledged: " + counts);
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
      counts = swarm.stats();
    }
    awaitQuiet();
  }

  /** The raw echo to all nodes, as a side. */
  public Side rawFanout(int inputBytes) {
    return new Side(
        "raw", rawServer.figures(), () -> rawServer.fanout(nodes, inputBytes), this::awaitQuiet);
  }

  /** A dispatch to all nodes, as a side. */
  public Side fanout(String name, DispatchExecutionRequest request) {
    return new Side(name, server.figures(), () -> dispatchToAll(request), this::awaitAcknowledged);
  }

  /** Dispatches to all nodes; returns the ms until the last result was seen to be committed. */
  public double dispatchToAll(DispatchExecutionRequest request) {
    long begin = System.nanoTime();
    Execution dispatched = operator.dispatch(request);
    Execution settled = end.await(dispatched, ROUND);
    double millis = (System.nanoTime() - begin) / 1e6;
    Settled.requireSuccess(settled, nodes);
    return millis;
  }

  /** The raw server's connections, made anew and ended again, as a side. */
  public Side rawConnect(int wanted) {
    return new Side(
        "raw", rawServer.figures(), () -> connectAnew(rawSwarm, wanted), this::awaitQuiet);
  }

  /** The sessions of all nodes, made anew and ended again, as a side. */
  public Side connect(int wanted) {
    return new Side("muster", server.figures(), () -> connectAnew(swarm, wanted), this::awaitQuiet);
  }

  private static double connectAnew(Swarm swarm, int wanted) {
    double millis = swarm.connect(wanted);
    swarm.disconnect();
    return millis;
  }

  /** How many nodes are connected on each side. */
  public int nodes() {
    return nodes;
  }

  public MusterServer server() {
    return server;
  }

  public RawServer rawServer() {
    return rawServer;
  }

  public Operator operator() {
    return operator;
  }

  public Swarm swarm() {
    return swarm;
  }

  public Swarm rawSwarm() {
    return rawSwarm;
  }

  @Override
  public void close() {
    operator.close();
    swarm.close();
    rawSwarm.close();
    rawServer.close();
    server.close();
    workshop.discard(folder);
  }
}

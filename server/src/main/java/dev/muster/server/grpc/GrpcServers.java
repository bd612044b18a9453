// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc;

import dev.muster.wire.Limits;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The two listeners: agents and operators each have their own, and neither sees the other's
 * services. Not thread-safe: started and stopped by the composition root.
 */
public final class GrpcServers implements AutoCloseable {
  private static final int AGENT_WINDOW_BYTES = 64 << 10;
  private static final int OPERATOR_WINDOW_BYTES = 128 << 10;
  private static final int AGENT_CALLS_PER_CONNECTION = 8;
  private static final int OPERATOR_CALLS_PER_CONNECTION = 100;
  private static final int OPERATOR_LOOPS = 2;
  private static final int ACCEPT_BACKLOG = 4_096;

  private final AgentSurface agentSurface;
  private final OperatorSurface operatorSurface;
  private final Loops agentLoops = new Loops("muster-agent-io", 0);
  private final Loops operatorLoops = new Loops("muster-operator-io", OPERATOR_LOOPS);
  private final Server agents;
  private final Server operators;

  /**
   * Where a port listens, and how it proves who it is.
   *
   * @param address where; port 0: any free one
   * @param credentials TLS, or {@link io.grpc.InsecureServerCredentials}
   */
  public record Endpoint(InetSocketAddress address, ServerCredentials credentials) {}

  /** Builds both; nothing listens before {@link #start}. */
  public GrpcServers(
      Endpoint agentEndpoint,
      AgentSurface agentSurface,
      Endpoint operatorEndpoint,
      OperatorSurface operatorSurface) {
    this.agentSurface = agentSurface;
    this.operatorSurface = operatorSurface;
    NettyServerBuilder forAgents =
        listener(agentEndpoint)
            .flowControlWindow(AGENT_WINDOW_BYTES)
            .maxConcurrentCallsPerConnection(AGENT_CALLS_PER_CONNECTION)
            .maxInboundMessageSize(Limits.AGENT_MESSAGE_BYTES);
    agentLoops.configure(forAgents);
    agentSurface.configure(forAgents);
    this.agents = forAgents.build();
    NettyServerBuilder forOperators =
        listener(operatorEndpoint)
            .flowControlWindow(OPERATOR_WINDOW_BYTES)
            .maxConcurrentCallsPerConnection(OPERATOR_CALLS_PER_CONNECTION)
            .maxInboundMessageSize(Limits.OPERATOR_MESSAGE_BYTES);
    operatorLoops.configure(forOperators);
    operatorSurface.configure(forOperators);
    this.operators = forOperators.build();
  }

  private static NettyServerBuilder listener(Endpoint endpoint) {
    return NettyServerBuilder.forAddress(endpoint.address(), endpoint.credentials())
        .withOption(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
        .keepAliveTime(30, TimeUnit.SECONDS)
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .permitKeepAliveTime(10, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .handshakeTimeout(20, TimeUnit.SECONDS)
        // A backstop: what lives this long is told to connect anew.
        .maxConnectionAge(7, TimeUnit.DAYS)
        .maxConnectionAgeGrace(1, TimeUnit.HOURS)
        .maxRstFramesPerWindow(200, 30);
  }

  /**
   * Listens, operators first: whoever waits for the agent port finds the other one there.
   *
   * @throws IOException if an address cannot be bound; then nothing listens
   */
  public void start() throws IOException {
    operators.start();
    try {
      agents.start();
    } catch (IOException e) {
      operators.shutdownNow();
      throw e;
    }
  }

  /** Returns where agents connect. */
  public InetSocketAddress agentAddress() {
    return bound(agents);
  }

  /** Returns where operators connect. */
  public InetSocketAddress operatorAddress() {
    return bound(operators);
  }

  /** Runs an action once what was handed to agents' streams is written. Returns at once. */
  public void whenAgentsWritten(Runnable action) {
    agentLoops.whenWritten(action);
  }

  /**
   * Takes no new connection, asks clients to call elsewhere, and says so to health checks; calls
   * under way go on.
   */
  public void drain() {
    agentSurface.drain();
    operatorSurface.drain();
    agents.shutdown();
    operators.shutdown();
  }

  /** Waits for the calls under way; returns whether all ended in time. */
  public boolean awaitTermination(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    return agents.awaitTermination(most.toNanos(), TimeUnit.NANOSECONDS)
        && operators.awaitTermination(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  /** Ends every call and stops listening. */
  @Override
  public void close() {
    agents.shutdownNow();
    operators.shutdownNow();
    try {
      var unused =
          agents.awaitTermination(5, TimeUnit.SECONDS)
              && operators.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    operatorSurface.close();
    operatorLoops.close();
    agentLoops.close();
  }

  private static InetSocketAddress bound(Server server) {
    for (SocketAddress address : server.getListenSockets()) {
      if (address instanceof InetSocketAddress inet) {
        return inet;
      }
    }
    throw new IllegalStateException("the server does not listen");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.muster.agent.connection.NettyServerConnection;
import dev.muster.agent.connection.ServerAddress;
import dev.muster.agent.connection.ServerConnection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A node of the fleet, inside a daemon: keeps a session with the server and runs the actions that
 * it was given, each command at most once.
 *
 * <pre>{@code
 * Agent agent = Agent.builder()
 *     .server("bus.example:7443").stateDirectory(Path.of("/var/lib/app/muster")).joinToken(token)
 *     .action(rotateKey).executor(pool)
 *     .build();
 * agent.start();
 * }</pre>
 *
 * <p>Owns a few daemon threads while it runs. Thread-safe.
 */
public final class Agent implements AutoCloseable {
  private final AgentBuilder settings;
  private final ServerConnection connection;
  private final Object lock = new Object();

  @GuardedBy("lock") private @Nullable RunningAgent running;

  Agent(AgentBuilder settings) {
    this(settings, connection(settings));
  }

  /** Connects in another way; for tests. */
  Agent(AgentBuilder settings, ServerConnection connection) {
    if (settings.stateDirectory.isEmpty()) {
      throw new IllegalArgumentException("An agent needs a state directory.");
    }
    this.settings = settings;
    this.connection = connection;
  }

  /** Begins to describe an agent. */
  public static AgentBuilder builder() {
    return new AgentBuilder();
  }

  /**
   * Takes up what an earlier life left, and begins to connect; returns before there is a session.
   * An agent that was closed can be started again.
   *
   * @throws IOException if the state directory cannot be used, or another agent uses it
   * @throws IllegalStateException if it runs already, or has neither a key nor a join token
   */
  public void start() throws IOException {
    synchronized (lock) {
      if (running != null) {
        throw new IllegalStateException("The agent runs already.");
      }
      running = RunningAgent.start(settings, connection);
    }
  }

  /**
   * Starts nothing more, lets runs end within the shutdown grace, stops those that do not, reports
   * what can be reported, and leaves. What was not reported is at the next start. Returns when all
   * that is done; harmless if the agent does not run.
   */
  @Override
  public void close() {
    RunningAgent toClose;
    synchronized (lock) {
      toClose = running;
      running = null;
    }
    if (toClose != null) {
      toClose.close();
    }
  }

  private static ServerConnection connection(AgentBuilder settings) {
    ServerAddress address =
        ServerAddress.parse(
            settings.server.orElseThrow(
                () -> new IllegalArgumentException("An agent needs a server.")));
    if (settings.plaintext && !address.isLoopback()) {
      throw new IllegalArgumentException(
          address + " is not a loopback address; plain text is for these only.");
    }
    return new NettyServerConnection(
        address, "muster-agent/" + AgentVersion.CURRENT, System.getenv());
  }
}

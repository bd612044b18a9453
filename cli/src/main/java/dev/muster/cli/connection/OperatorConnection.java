// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.connection;

import dev.muster.proto.operator.v1.ActionServiceGrpc;
import dev.muster.proto.operator.v1.ActionServiceGrpc.ActionServiceBlockingStub;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc;
import dev.muster.proto.operator.v1.ExecutionServiceGrpc.ExecutionServiceBlockingStub;
import dev.muster.proto.operator.v1.NodeServiceGrpc;
import dev.muster.proto.operator.v1.NodeServiceGrpc.NodeServiceBlockingStub;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * An operator's connection to a server; opens with the first call. The caller closes it.
 * Thread-safe.
 */
public final class OperatorConnection implements AutoCloseable {
  private static final Duration UNARY_DEADLINE = Duration.ofSeconds(30);

  private final ConnectionSettings settings;
  private final Transport transport;
  private final Channel channel;
  private final Retries retries;

  /**
   * Makes a connection.
   *
   * @throws SettingsException if the certificate authority cannot be used
   */
  public OperatorConnection(ConnectionSettings settings, Retries retries) {
    this.settings = settings;
    this.transport = Transport.to(settings);
    this.channel =
        ClientInterceptors.intercept(
            transport.channel(),
            new OperatorCredentials(settings.token()),
            new UnaryDeadline(UNARY_DEADLINE));
    this.retries = retries;
  }

  /** Returns the server's address. */
  public ServerAddress server() {
    return settings.server();
  }

  /** Returns the project to work on; empty: the default one. */
  public String project() {
    return settings.project();
  }

  /** Calls until there is an answer, a few times. */
  public <T> T call(Supplier<T> attempt) {
    return retries.call(attempt);
  }

  /** Nodes and join tokens. */
  public NodeServiceBlockingStub nodes() {
    return NodeServiceGrpc.newBlockingStub(channel);
  }

  /** The catalog. */
  public ActionServiceBlockingStub actions() {
    return ActionServiceGrpc.newBlockingStub(channel);
  }

  /** Executions and invocations. */
  public ExecutionServiceBlockingStub executions() {
    return ExecutionServiceGrpc.newBlockingStub(channel);
  }

  @Override
  public void close() {
    transport.close();
  }
}

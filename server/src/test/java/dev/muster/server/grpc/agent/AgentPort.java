// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.credential.KeyedHash;
import dev.muster.server.grpc.AgentSurface;
import dev.muster.server.grpc.GrpcEnrollment;
import dev.muster.server.grpc.NodeAuthenticationInterceptor;
import dev.muster.server.jdbc.TestStore;
import dev.muster.server.node.Enrollment;
import dev.muster.server.node.Node;
import dev.muster.server.node.NodeId;
import dev.muster.server.node.NodeKey;
import dev.muster.server.node.NodeKeyring;
import dev.muster.server.output.OutputRetention;
import dev.muster.server.output.OutputUploads;
import dev.muster.server.session.SessionHarness;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Secret;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The agents' port of a harness, over the in-process transport. */
final class AgentPort implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SessionHarness bus;
  private final KeyedHash keyedHash = KeyedHash.of(new byte[KeyedHash.BYTES]);
  private final Map<NodeId, NodeSecretKey> keys = new HashMap<>();
  private final ExecutorService disk = Executors.newFixedThreadPool(2);
  private final GrpcEnrollment enrollment;
  private final Server server;
  private final ManagedChannel channel;

  /**
   * Opens the port.
   *
   * @param sessionsPerSecond how many streams may begin
   * @param owners the nodes that get a key
   */
  AgentPort(SessionHarness bus, TestStore store, int sessionsPerSecond, Node... owners)
      throws IOException {
    this.bus = bus;
    for (Node owner : owners) {
      keys.put(owner.id(), made(owner));
    }
    NodeKeyring keyring = NodeKeyring.load(store, keyedHash, bus.directory);
    enrollment =
        new GrpcEnrollment(
            new Enrollment(
                bus.services.ledger(),
                store,
                bus.directory,
                keyring,
                keyedHash,
                UUID::randomUUID,
                RANDOM),
            "");
    OutputRetention retention =
        new OutputRetention(
            bus.services.ledger(), bus.outputFiles(), Runnable::run, Duration.ofDays(1), 1L << 30);
    OutputUploads uploads =
        new OutputUploads(
            bus.services.ledger(),
            store,
            bus.outputFiles(),
            retention,
            Runnable::run,
            UUID::randomUUID);
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    new AgentSurface(
            new GrpcAgentService(
                bus.services,
                bus.services.reports(),
                enrollment,
                uploads,
                disk,
                () -> false,
                sessionsPerSecond,
                System::nanoTime),
            new NodeAuthenticationInterceptor(keyring, bus.services.ledger()),
            UUID::randomUUID)
        .configure(builder);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  Channel channel() {
    return channel;
  }

  /** Returns the key of a node. */
  NodeSecretKey key(Node owner) {
    return requireNonNull(keys.get(owner.id()));
  }

  private NodeSecretKey made(Node owner) {
    NodeSecretKey made = new NodeSecretKey(owner.id().value(), Secret.random(RANDOM));
    var unused =
        bus.services
            .ledger()
            .call(
                tx -> {
                  tx.store()
                      .nodeKeys()
                      .insert(
                          new NodeKey(
                              UUID.randomUUID(), owner.id(), keyedHash.hash(made), tx.now(), null));
                  return true;
                });
    return made;
  }

  /** Returns a channel that calls with this key. */
  Channel with(NodeSecretKey key) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + key.format());
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    try {
      assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
      assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    enrollment.close();
    disk.shutdownNow();
  }
}

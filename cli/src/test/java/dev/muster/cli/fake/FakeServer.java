// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.fake;

import com.google.protobuf.Message;
import dev.muster.wire.OperatorToken;
import dev.muster.wire.Secret;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The operator services of a server, on loopback and in memory: nodes that are added here,
 * executions that go as {@link FakeFleet} was told. Remembers every request. The caller closes it.
 * Thread-safe.
 */
public final class FakeServer implements AutoCloseable {
  /** A token that it would accept, as any other. */
  public static final OperatorToken TOKEN =
      new OperatorToken(UUID.randomUUID(), Secret.random(new SecureRandom()));

  private final FakeFleet fleet = new FakeFleet();
  private final Mishaps mishaps = new Mishaps();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final Server server;

  /**
   * A request that came in.
   *
   * @param method its full name
   * @param headers what came with it
   * @param message the request
   */
  public record Received(String method, Metadata headers, Message message) {
    /** Returns a header; empty if it did not come. */
    public String header(String name) {
      String value = headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
      return value == null ? "" : value;
    }
  }

  private FakeServer(NettyServerBuilder builder) {
    RecordingInterceptor recording = new RecordingInterceptor(received, mishaps);
    List.of(
            new FakeNodeService(fleet),
            new FakeActionService(fleet),
            new FakeExecutionService(fleet))
        .forEach(service -> builder.addService(intercepted(service.bindService(), recording)));
    try {
      server = builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts one without TLS. */
  public static FakeServer start() {
    return startWith(NettyServerBuilder.forAddress(loopback()));
  }

  /** Starts one as this builder has it. */
  public static FakeServer startWith(NettyServerBuilder builder) {
    return new FakeServer(builder);
  }

  /** Returns a free port of this machine. */
  public static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** What it knows. */
  public FakeFleet fleet() {
    return fleet;
  }

  /** What goes wrong next. */
  public Mishaps mishaps() {
    return mishaps;
  }

  /** Returns {@code host:port}. */
  public String address() {
    return "localhost:" + server.getPort();
  }

  /** Returns the requests so far. */
  public List<Received> received() {
    return List.copyOf(received);
  }

  /** Returns the requests of one type so far. */
  public <M extends Message> List<M> received(Class<M> type) {
    return received.stream()
        .map(Received::message)
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ServerServiceDefinition intercepted(
      ServerServiceDefinition service, RecordingInterceptor recording) {
    return ServerInterceptors.intercept(service, recording);
  }
}

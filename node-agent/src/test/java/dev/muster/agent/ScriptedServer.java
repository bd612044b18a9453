// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import dev.muster.agent.connection.ServerConnection;
import dev.muster.agent.identity.Trust;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.EnrollRequest;
import dev.muster.proto.agent.v1.EnrollResponse;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Secret;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server that does what the test says, word by word. */
final class ScriptedServer implements AutoCloseable, ServerConnection {
  static final NodeSecretKey KEY =
      new NodeSecretKey(UUID.randomUUID(), Secret.random(new SecureRandom()));

  private final String name = InProcessServerBuilder.generateName();
  private final Server server;
  private final BlockingQueue<ScriptedSession> sessions = new LinkedBlockingQueue<>();
  final BlockingQueue<EnrollRequest> enrollments = new LinkedBlockingQueue<>();
  // Written by the test, read by the transport: thrown instead of the next answer to Enroll.
  volatile @Nullable RuntimeException enrollmentFailure;

  ScriptedServer() {
    try {
      server =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .addService(new Service())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ManagedChannel open(Trust trust) {
    return InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  @Override
  public String address() {
    return "scripted:7443";
  }

  /** Returns the next session that an agent opens. */
  ScriptedSession awaitSession() {
    try {
      ScriptedSession session = sessions.poll(20, TimeUnit.SECONDS);
      if (session == null) {
        throw new AssertionError("No agent connected.");
      }
      return session;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  boolean hasNoFurtherSession() {
    return sessions.isEmpty();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Service extends AgentServiceGrpc.AgentServiceImplBase {
    @Override
    public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> responses) {
      ScriptedSession session = new ScriptedSession(responses);
      sessions.add(session);
      return session;
    }

    @Override
    public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> responses) {
      enrollments.add(request);
      RuntimeException failure = enrollmentFailure;
      if (failure != null) {
        enrollmentFailure = null;
        responses.onError(failure);
        return;
      }
      responses.onNext(
          EnrollResponse.newBuilder()
              .setNodeId(KEY.nodeId().toString())
              .setNodeName("node-1")
              .setNodeSecretKey(KEY.format())
              .setProjectId("default")
              .build());
      responses.onCompleted();
    }
  }
}

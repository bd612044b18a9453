// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackAck;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Cancel;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.Directive;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.EnrollRequest;
import dev.muster.proto.agent.v1.EnrollResponse;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.ExecutionOrder;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.proto.agent.v1.StreamLimits;
import dev.muster.proto.agent.v1.Welcome;
import dev.muster.wire.JoinToken;
import dev.muster.wire.Limits;
import dev.muster.wire.NodeSecretKey;
import dev.muster.wire.Secret;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server that says to real agents exactly what a test says, in an order that the real one takes
 * care not to produce. It enrolls everybody, acknowledges every report, and does nothing else by
 * itself. Without TLS, on loopback. Thread-safe.
 */
public final class ScriptedServer implements AutoCloseable {
  private static final java.time.Duration ANSWER = java.time.Duration.ofSeconds(30);
  private static final long DAY_SECONDS = 86_400;

  private final Server server;
  private final BlockingQueue<Session> sessions = new LinkedBlockingQueue<>();
  private final SecureRandom random = new SecureRandom();

  /** Starts it on a free port. */
  public ScriptedServer() {
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .addService(new Service())
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns where it listens. */
  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Returns a join token; any will do. */
  public String joinToken() {
    return new JoinToken(UUID.randomUUID(), Secret.random(random), Optional.empty()).format();
  }

  /** Waits for an agent's next session, which is welcomed and confirmed. */
  public Session awaitSession() {
    try {
      Session session = sessions.poll(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
      if (session == null || !session.confirmed.await(ANSWER.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("no session within " + ANSWER);
      }
      return session;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      if (!server.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new AssertionError("the scripted server has calls that do not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One stream of an agent. */
  public static final class Session implements StreamObserver<ConnectRequest> {
    private final StreamObserver<ConnectResponse> out;
    private final CountDownLatch confirmed = new CountDownLatch(1);
    private final Map<String, List<CallbackStep>> reported = new ConcurrentHashMap<>();
    private long epoch; // written on the transport's thread before the session is handed out

    Session(StreamObserver<ConnectResponse> out) {
      this.out = out;
    }

    /** Tells the agent to run an action. */
    public void execute(String invocation, String action) {
      ExecutionOrder order =
          ExecutionOrder.newBuilder()
              .setExecutionId(UUID.randomUUID().toString())
              .setAction(action)
              .setInputJson(ByteString.copyFromUtf8("{}"))
              .setRunTimeout(Duration.newBuilder().setSeconds(60))
              .setExpireTime(inADay())
              .setProjectId("default")
              .build();
      send(
          ConnectResponse.newBuilder()
              .setExecute(
                  Execute.newBuilder()
                      .setInvocationId(invocation)
                      .setOrder(order.toByteString())
                      .setEpoch(epoch)
                      .setStartBefore(inADay()))
              .build());
    }

    /** Tells the agent to stop an invocation, or never to start it. */
    public void cancel(String invocation) {
      send(
          ConnectResponse.newBuilder()
              .setCancel(Cancel.newBuilder().setInvocationId(invocation).setExpireTime(inADay()))
              .build());
    }

    /** Waits for a final report, and returns all steps that the agent told. */
    public List<CallbackStep> awaitSettled(String invocation) {
      return Eventually.eventually(
          "the agent settles " + invocation,
          ANSWER,
          () -> List.copyOf(reported.getOrDefault(invocation, List.of())),
          steps -> !steps.isEmpty() && steps.get(steps.size() - 1).getStateValue() >= 7);
    }

    private void send(ConnectResponse message) {
      synchronized (out) {
        out.onNext(message);
      }
    }

    @Override
    public void onNext(ConnectRequest message) {
      if (message.hasHello()) {
        welcome(message.getHello());
      } else if (message.hasEpochConfirmed()) {
        confirmed.countDown();
      } else if (message.hasCallback()) {
        Callback callback = message.getCallback();
        reported.merge(
            callback.getInvocationId(),
            callback.getStepsList(),
            (before, more) -> {
              List<CallbackStep> all = new ArrayList<>(before);
              all.addAll(more);
              return all;
            });
        send(
            ConnectResponse.newBuilder()
                .setCallbackAck(CallbackAck.newBuilder().setThroughSequence(callback.getSequence()))
                .build());
      }
    }

    private void welcome(Hello hello) {
      epoch = hello.getLastEpoch() + 1;
      Welcome.Builder welcome =
          Welcome.newBuilder()
              .setEpoch(epoch)
              .setNodeId(hello.getNodeId())
              .setNodeName("scripted")
              .setServerTime(timestamp(Instant.now()))
              .setHeartbeatInterval(Duration.newBuilder().setSeconds(20))
              .setLimits(
                  StreamLimits.newBuilder()
                      .setInlineOutputBytes(Limits.INLINE_OUTPUT_BYTES)
                      .setUnacknowledgedCallbacks(Limits.UNACKNOWLEDGED_CALLBACKS)
                      .setCatalogPageBytes(Limits.CATALOG_PAGE_BYTES)
                      .setMessageBytes(Limits.AGENT_MESSAGE_BYTES));
      hello
          .getJournalList()
          .forEach(
              entry ->
                  welcome.addDirectives(
                      Directive.newBuilder()
                          .setInvocationId(entry.getInvocationId())
                          .setVerb(DirectiveVerb.DIRECTIVE_VERB_FORGET)));
      send(ConnectResponse.newBuilder().setWelcome(welcome).build());
    }

    @Override
    public void onError(Throwable failure) {
      confirmed.countDown();
    }

    @Override
    public void onCompleted() {
      synchronized (out) {
        out.onCompleted();
      }
    }

    private static Timestamp inADay() {
      return timestamp(Instant.now().plusSeconds(DAY_SECONDS));
    }

    private static Timestamp timestamp(Instant instant) {
      return Timestamp.newBuilder()
          .setSeconds(instant.getEpochSecond())
          .setNanos(instant.getNano())
          .build();
    }
  }

  private final class Service extends AgentServiceGrpc.AgentServiceImplBase {
    @Override
    public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> response) {
      UUID node = UUID.randomUUID();
      response.onNext(
          EnrollResponse.newBuilder()
              .setNodeId(node.toString())
              .setNodeName("scripted")
              .setNodeSecretKey(new NodeSecretKey(node, Secret.random(random)).format())
              .setProjectId("default")
              .build());
      response.onCompleted();
    }

    @Override
    public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> response) {
      Session session = new Session(response);
      sessions.add(session);
      return session;
    }
  }
}

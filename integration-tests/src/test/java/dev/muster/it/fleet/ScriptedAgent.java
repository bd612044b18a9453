// SPDX-License-Identifier: Apache-2.0
package dev.muster.it.fleet;

import com.google.protobuf.ByteString;
import dev.muster.proto.agent.v1.AgentHeartbeat;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.AgentServiceGrpc.AgentServiceBlockingStub;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackAck;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Cancel;
import dev.muster.proto.agent.v1.CatalogPage;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.ConnectResponse.MessageCase;
import dev.muster.proto.agent.v1.EpochConfirmed;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.ExecutionOrder;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.proto.agent.v1.JournalEntry;
import dev.muster.proto.agent.v1.ReportInvocationRequest;
import dev.muster.proto.agent.v1.ReportInvocationResponse;
import dev.muster.proto.agent.v1.Welcome;
import dev.muster.proto.operator.v1.CreateNodeResponse;
import dev.muster.proto.type.v1.Action;
import dev.muster.proto.type.v1.ActionKind;
import dev.muster.proto.type.v1.InvocationState;
import dev.muster.wire.CatalogDigest;
import dev.muster.wire.Limits;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node whose agent does on the wire exactly what a test says: no more, no less, and nothing by
 * itself. Messages of the server are kept until the test asks for them; heartbeats are passed over.
 * Not thread-safe.
 */
public final class ScriptedAgent {
  private static final int ID_BYTES = 16;
  private static final int WINDOW_BYTES = 128 << 10;
  private static final Duration ANSWER = Duration.ofSeconds(15);
  private static final ByteString ANY_OBJECT =
      ByteString.copyFromUtf8("{\"type\":\"object\",\"additionalProperties\":true}");

  private final String nodeId;
  private final String nodeName;
  private final String key;
  private final ManagedChannel channel;
  private final ClientInterceptor credentials;
  private final List<Action> actions = new ArrayList<>();
  private final List<JournalEntry> journal = new ArrayList<>();
  private ByteString journalId = randomId();
  private long lastEpoch;
  private int slots = Limits.DEFAULT_SLOTS;

  ScriptedAgent(ServerProcess server, CreateNodeResponse created) {
    nodeId = created.getNode().getId();
    nodeName = created.getNode().getName();
    key = created.getNodeSecretKey();
    credentials = Operator.bearer(key);
    try {
      channel =
          NettyChannelBuilder.forAddress(
                  "127.0.0.1",
                  server.agentPort(),
                  TlsChannelCredentials.newBuilder().trustManager(server.caFile().toFile()).build())
              .flowControlWindow(WINDOW_BYTES) // Of HTTP/2: without it, it grows.
              .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Offers an action that takes any object. */
  public ScriptedAgent action(String name) {
    return action(
        Action.newBuilder()
            .setName(name)
            .setKind(ActionKind.ACTION_KIND_HANDLER)
            .setEnabled(true)
            .setInputSchemaJson(ANY_OBJECT)
            .build());
  }

  /** Offers an action. */
  public ScriptedAgent action(Action action) {
    actions.add(action);
    return this;
  }

  /** Does so many runs at once. */
  public ScriptedAgent slots(int slots) {
    this.slots = slots;
    return this;
  }

  /** Lists this in its next Hello. */
  public ScriptedAgent journal(JournalEntry entry) {
    journal.add(entry);
    return this;
  }

  /** Loses its journal: the next Hello has a new one, and no epoch. */
  public ScriptedAgent loseJournal() {
    journalId = randomId();
    lastEpoch = 0;
    journal.clear();
    return this;
  }

  /** Says in its next Hello that this is the newest epoch it has on disk. */
  public ScriptedAgent lastEpoch(long epoch) {
    lastEpoch = epoch;
    return this;
  }

  /** Returns the node's id. */
  public String nodeId() {
    return nodeId;
  }

  /** Returns the node's name. */
  public String nodeName() {
    return nodeName;
  }

  /** Returns the unary side of the agent port, with this node's key, for one call. */
  public AgentServiceBlockingStub unary() {
    return AgentServiceGrpc.newBlockingStub(channel)
        .withInterceptors(credentials)
        .withDeadlineAfter(ANSWER.toSeconds(), TimeUnit.SECONDS);
  }

  /** Reports without a stream. */
  public ReportInvocationResponse report(String invocation, CallbackStep... steps) {
    return unary()
        .reportInvocation(
            ReportInvocationRequest.newBuilder()
                .setInvocationId(invocation)
                .addAllSteps(List.of(steps))
                .build());
  }

  /** Sends these bytes as the one message of ReportInvocation. */
  public byte[] reportBytes(byte[] message) {
    MethodDescriptor<byte[], byte[]> method =
        AgentServiceGrpc.getReportInvocationMethod().toBuilder(Bytes.MARSHALLER, Bytes.MARSHALLER)
            .build();
    return io.grpc.stub.ClientCalls.blockingUnaryCall(
        ClientInterceptors.intercept(channel, credentials),
        method,
        CallOptions.DEFAULT.withDeadlineAfter(ANSWER.toSeconds(), TimeUnit.SECONDS),
        message);
  }

  /** Opens a stream and says nothing. */
  public Stream open() {
    return new Stream();
  }

  /** Opens a session: Hello, Welcome, EpochConfirmed, and the catalog where it is wanted. */
  public Stream connect() {
    Stream stream = open();
    stream.send(ConnectRequest.newBuilder().setHello(hello()).build());
    Welcome welcome = stream.expect(MessageCase.WELCOME).getWelcome();
    stream.welcome = welcome;
    lastEpoch = welcome.getEpoch();
    if (welcome.getCatalogWanted()) {
      stream.send(
          ConnectRequest.newBuilder()
              .setCatalogPage(CatalogPage.newBuilder().setDigest(digest()).addAllActions(actions))
              .build());
      var unused = stream.expect(MessageCase.CATALOG_ACK);
    }
    stream.send(
        ConnectRequest.newBuilder()
            .setEpochConfirmed(EpochConfirmed.newBuilder().setEpoch(lastEpoch))
            .build());
    journal.clear();
    return stream;
  }

  /** Returns the Hello that it would send now. */
  public Hello hello() {
    return Hello.newBuilder()
        .setProtocolVersion(Limits.PROTOCOL_VERSION)
        .setNodeId(nodeId)
        .setJournalId(journalId)
        .setLastEpoch(lastEpoch)
        .setInstanceId(randomId())
        .setAgentVersion("scripted")
        .setSlots(slots)
        .setCatalogDigest(digest())
        .addAllJournal(journal)
        .build();
  }

  private ByteString digest() {
    return ByteString.copyFrom(CatalogDigest.of(actions));
  }

  private static ByteString randomId() {
    byte[] id = new byte[ID_BYTES];
    new SecureRandom().nextBytes(id);
    return ByteString.copyFrom(id);
  }

  /** Returns a step without anything else. */
  public static CallbackStep step(InvocationState state) {
    return CallbackStep.newBuilder().setState(state).build();
  }

  /** Ends the connection; returns whether every call had ended. */
  boolean end() {
    channel.shutdownNow();
    try {
      return channel.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public String toString() {
    return "scripted agent " + nodeName;
  }

  /** One stream of the agent. */
  public final class Stream {
    private final BlockingQueue<ConnectResponse> incoming = new LinkedBlockingQueue<>();
    private final CompletableFuture<StatusRuntimeException> end = new CompletableFuture<>();
    private final ClientCall<byte[], ConnectResponse> call;
    private Welcome welcome = Welcome.getDefaultInstance();
    private long sequence;
    private volatile boolean deaf; // written by the test

    private Stream() {
      MethodDescriptor<byte[], ConnectResponse> method =
          AgentServiceGrpc.getConnectMethod().toBuilder(
                  Bytes.MARSHALLER, AgentServiceGrpc.getConnectMethod().getResponseMarshaller())
              .build();
      call =
          ClientInterceptors.intercept(channel, credentials).newCall(method, CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<ConnectResponse>() {
            @Override
            public void onMessage(ConnectResponse message) {
              if (!message.hasHeartbeat()) {
                incoming.add(message);
              }
              if (!deaf) {
                call.request(1);
              }
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              end.complete(status.asRuntimeException(trailers));
            }
          },
          new Metadata());
      call.request(1);
    }

    /** Reads one message more, and then nothing; still says what it is told to. */
    public void stopReading() {
      deaf = true;
    }

    /** Reads again. */
    public void readOn() {
      deaf = false;
      call.request(1);
    }

    /** Gives a sign of life. */
    public void heartbeat() {
      send(ConnectRequest.newBuilder().setHeartbeat(AgentHeartbeat.getDefaultInstance()).build());
    }

    /** Sends a message. */
    public void send(ConnectRequest message) {
      sendBytes(message.toByteArray());
    }

    /** Sends a message of these bytes, whatever they are. */
    public void sendBytes(byte[] message) {
      call.sendMessage(message);
    }

    /** Reports, with the next sequence number, and returns that. */
    public long callback(String invocation, CallbackStep... steps) {
      sequence++;
      send(
          ConnectRequest.newBuilder()
              .setCallback(
                  Callback.newBuilder()
                      .setSequence(sequence)
                      .setInvocationId(invocation)
                      .addAllSteps(List.of(steps)))
              .build());
      return sequence;
    }

    /** Reports, and returns the acknowledgement of that report. */
    public CallbackAck report(String invocation, CallbackStep... steps) {
      long reported = callback(invocation, steps);
      CallbackAck ack = expect(MessageCase.CALLBACK_ACK).getCallbackAck();
      if (ack.getThroughSequence() < reported) {
        throw new AssertionError("callback " + reported + " is not acknowledged by " + ack);
      }
      return ack;
    }

    /** Returns how the session was welcomed. */
    public Welcome welcome() {
      return welcome;
    }

    /**
     * Returns the next message, heartbeats apart.
     *
     * @throws AssertionError if it is of another kind, or none comes
     */
    public ConnectResponse expect(MessageCase kind) {
      ConnectResponse message = next(ANSWER);
      if (message.getMessageCase() != kind) {
        throw new AssertionError(kind + " was expected, not " + message);
      }
      return message;
    }

    /** Returns the next message as an EXECUTE. */
    public Execute expectExecute() {
      return expect(MessageCase.EXECUTE).getExecute();
    }

    /** Returns the next EXECUTE; acknowledgements before it are passed over. */
    public Execute nextExecute() {
      ConnectResponse message = next(ANSWER);
      while (message.hasCallbackAck()) {
        message = next(ANSWER);
      }
      if (!message.hasExecute()) {
        throw new AssertionError("EXECUTE was expected, not " + message);
      }
      return message.getExecute();
    }

    /** Returns the next message as a CANCEL. */
    public Cancel expectCancel() {
      return expect(MessageCase.CANCEL).getCancel();
    }

    /** Returns whether nothing comes for a while. */
    public boolean isSilentFor(Duration time) {
      return !Eventually.happensWithin(time, () -> !incoming.isEmpty());
    }

    private ConnectResponse next(Duration most) {
      try {
        ConnectResponse message = incoming.poll(most.toMillis(), TimeUnit.MILLISECONDS);
        if (message == null) {
          throw new AssertionError("no message within " + most + "; end of the stream: " + end);
        }
        return message;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    /** Breaks the stream off, as a lost network would. */
    public void breakOff() {
      call.cancel("broken off", null);
      var unused = end();
    }

    /** Says that nothing more comes. */
    public void halfClose() {
      call.halfClose();
    }

    /** Waits for the end of the stream and returns why it ended. */
    public RefusedCall end() {
      try {
        return RefusedCall.of(end.get(ANSWER.toSeconds(), TimeUnit.SECONDS));
      } catch (TimeoutException e) {
        throw new AssertionError("the stream has not ended within " + ANSWER, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Returns whether it has ended. */
    public boolean isEnded() {
      return end.isDone();
    }
  }

  /** Returns what an EXECUTE orders. */
  public static ExecutionOrder order(Execute execute) {
    try {
      return ExecutionOrder.parseFrom(execute.getOrder());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError("the order cannot be read", e);
    }
  }

  /** Sends bytes as they are. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    static final Bytes MARSHALLER = new Bytes();

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}

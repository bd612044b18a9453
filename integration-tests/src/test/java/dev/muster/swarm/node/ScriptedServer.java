// SPDX-License-Identifier: Apache-2.0
package dev.muster.swarm.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackAck;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.Directive;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.ExecutionOrder;
import dev.muster.proto.agent.v1.Hello;
import dev.muster.proto.agent.v1.StreamLimits;
import dev.muster.proto.agent.v1.Welcome;
import dev.muster.proto.type.v1.InvocationState;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A server that does on the wire exactly what a test says, in the test's process and on its thread.
 * Keeps what the newest stream has sent.
 */
final class ScriptedServer extends AgentServiceGrpc.AgentServiceImplBase implements AutoCloseable {
  private final Server server;
  private final String name = UUID.randomUUID().toString();
  private final List<ConnectRequest> received = new ArrayList<>();
  private StreamObserver<ConnectResponse> out = none();
  private int streams;
  private long epoch;

  ScriptedServer() {
    try {
      server =
          InProcessServerBuilder.forName(name).directExecutor().addService(this).build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StreamObserver<ConnectResponse> none() {
    return new StreamObserver<>() {
      @Override
      public void onNext(ConnectResponse message) {
        throw new AssertionError("no node has connected");
      }

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {}
    };
  }

  ManagedChannel open() {
    return InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  @Override
  public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> response) {
    streams++;
    out = response;
    received.clear();
    return new StreamObserver<>() {
      @Override
      public void onNext(ConnectRequest message) {
        if (out == response) {
          received.add(message);
        }
      }

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {
        response.onCompleted();
      }
    };
  }

  /** Returns how many streams there have been. */
  int streams() {
    return streams;
  }

  /** Returns the epoch of the newest Welcome. */
  long epoch() {
    return epoch;
  }

  Hello hello() {
    return received.get(0).getHello();
  }

  /** Returns the callbacks of the newest stream so far. */
  List<Callback> callbacks() {
    return received.stream()
        .filter(ConnectRequest::hasCallback)
        .map(ConnectRequest::getCallback)
        .toList();
  }

  /** Returns the states that the callbacks report, callback by callback. */
  List<List<String>> reported() {
    return callbacks().stream()
        .map(callback -> callback.getStepsList().stream().map(s -> name(s.getState())).toList())
        .toList();
  }

  List<ConnectRequest> received() {
    return List.copyOf(received);
  }

  void welcome(Map<String, DirectiveVerb> directives) {
    epoch++;
    Welcome.Builder welcome =
        Welcome.newBuilder()
            .setEpoch(epoch)
            .setServerTime(at(0))
            .setHeartbeatInterval(Duration.newBuilder().setSeconds(20))
            .setLimits(StreamLimits.newBuilder().setUnacknowledgedCallbacks(32));
    directives.forEach(
        (id, verb) ->
            welcome.addDirectives(Directive.newBuilder().setInvocationId(id).setVerb(verb)));
    send(ConnectResponse.newBuilder().setWelcome(welcome));
  }

  /** Sends an EXECUTE and returns the invocation's id. */
  String execute() {
    String id = UUID.randomUUID().toString();
    execute(id);
    return id;
  }

  void execute(String id) {
    send(
        ConnectResponse.newBuilder()
            .setExecute(
                Execute.newBuilder()
                    .setInvocationId(id)
                    .setOrder(order(NodeCatalog.ACTION))
                    .setEpoch(epoch)
                    .setStartBefore(at(3_600))));
  }

  static ByteString order(String action) {
    return ExecutionOrder.newBuilder()
        .setAction(action)
        .setInputJson(ByteString.copyFromUtf8("{}"))
        .setRunTimeout(Duration.newBuilder().setSeconds(10))
        .build()
        .toByteString();
  }

  void acknowledge(long through) {
    send(
        ConnectResponse.newBuilder()
            .setCallbackAck(CallbackAck.newBuilder().setThroughSequence(through)));
  }

  void send(ConnectResponse.Builder message) {
    out.onNext(message.build());
  }

  /** Ends the newest stream. */
  void end(Throwable failure) {
    out.onError(failure);
  }

  /** Returns a server time, in seconds after Welcome. */
  static Timestamp at(long seconds) {
    return Timestamp.newBuilder().setSeconds(1_000_000 + seconds).build();
  }

  private static String name(InvocationState state) {
    return state.name().substring("INVOCATION_STATE_".length());
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}

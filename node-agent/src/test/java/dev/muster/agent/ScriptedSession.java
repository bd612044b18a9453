// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackAck;
import dev.muster.proto.agent.v1.CallbackRefusal;
import dev.muster.proto.agent.v1.CallbackStep;
import dev.muster.proto.agent.v1.Cancel;
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
import dev.muster.proto.type.v1.RequestedBy;
import dev.muster.proto.type.v1.Surface;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The server's side of one stream, driven by a test. */
final class ScriptedSession implements StreamObserver<ConnectRequest> {
  private static final long PATIENCE_SECONDS = 20;

  private final StreamObserver<ConnectResponse> responses;
  private final BlockingQueue<ConnectRequest> requests = new LinkedBlockingQueue<>();
  final CompletableFuture<Void> ended = new CompletableFuture<>();
  private long epoch;

  ScriptedSession(StreamObserver<ConnectResponse> responses) {
    this.responses = responses;
  }

  @Override
  public void onNext(ConnectRequest request) {
    requests.add(request);
  }

  @Override
  public void onError(Throwable failure) {
    ended.complete(null);
  }

  @Override
  public void onCompleted() {
    ended.complete(null);
  }

  /** Takes messages until one of this kind comes; the others are passed over. */
  ConnectRequest await(ConnectRequest.MessageCase kind) {
    return await(request -> request.getMessageCase() == kind, kind.name());
  }

  ConnectRequest await(Predicate<ConnectRequest> wanted, String what) {
    List<ConnectRequest> passedOver = new ArrayList<>();
    try {
      while (true) {
        ConnectRequest request = requests.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (request == null) {
          throw new AssertionError("No " + what + " came; there came " + passedOver);
        }
        if (wanted.test(request)) {
          return request;
        }
        passedOver.add(request);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  Hello hello() {
    return await(ConnectRequest.MessageCase.HELLO).getHello();
  }

  /** Welcomes the agent, and waits until it has the epoch on disk. */
  void welcome(long epoch, Directive... directives) {
    welcome(epoch, welcome -> welcome.addAllDirectives(Arrays.asList(directives)));
  }

  void welcome(long epoch, Consumer<Welcome.Builder> change) {
    this.epoch = epoch;
    Welcome.Builder welcome =
        Welcome.newBuilder()
            .setEpoch(epoch)
            .setNodeId(ScriptedServer.KEY.nodeId().toString())
            .setNodeName("node-1")
            .setServerTime(timestamp(Instant.now()))
            .setHeartbeatInterval(Duration.newBuilder().setSeconds(20))
            .setReplicaId("replica-1")
            .setLimits(
                StreamLimits.newBuilder()
                    .setInlineOutputBytes(16_384)
                    .setUnacknowledgedCallbacks(32)
                    .setCatalogPageBytes(128 << 10)
                    .setMessageBytes(1 << 20));
    change.accept(welcome);
    send(ConnectResponse.newBuilder().setWelcome(welcome).build());
    await(ConnectRequest.MessageCase.EPOCH_CONFIRMED);
  }

  void send(ConnectResponse response) {
    responses.onNext(response);
  }

  void execute(String invocation, String action, String input) {
    execute(invocation, action, input, order -> {}, execute -> {});
  }

  void execute(
      String invocation,
      String action,
      String input,
      Consumer<ExecutionOrder.Builder> changeOrder,
      Consumer<Execute.Builder> change) {
    ExecutionOrder.Builder order =
        ExecutionOrder.newBuilder()
            .setExecutionId("execution-1")
            .setAction(action)
            .setInputJson(ByteString.copyFromUtf8(input))
            .setRunTimeout(Duration.newBuilder().setSeconds(60))
            .setExpireTime(timestamp(Instant.now().plusSeconds(3_600)))
            .setRequestedBy(
                RequestedBy.newBuilder()
                    .setOperatorId("op-1")
                    .setOperatorName("alice")
                    .setSurface(Surface.SURFACE_CLI));
    changeOrder.accept(order);
    Execute.Builder execute =
        Execute.newBuilder()
            .setInvocationId(invocation)
            .setOrder(order.build().toByteString())
            .setEpoch(epoch)
            .setStartBefore(timestamp(Instant.now().plusSeconds(600)));
    change.accept(execute);
    send(ConnectResponse.newBuilder().setExecute(execute).build());
  }

  void cancel(String invocation) {
    send(
        ConnectResponse.newBuilder()
            .setCancel(
                Cancel.newBuilder()
                    .setInvocationId(invocation)
                    .setReason("not needed")
                    .setGrace(Duration.newBuilder().setSeconds(5))
                    .setExpireTime(timestamp(Instant.now().plusSeconds(3_600))))
            .build());
  }

  Callback callback() {
    return await(ConnectRequest.MessageCase.CALLBACK).getCallback();
  }

  /**
   * Takes callbacks, acknowledging each, until one settles the invocation; returns its last step.
   */
  CallbackStep awaitSettled(String invocation) {
    while (true) {
      Callback callback = callback();
      ack(callback);
      CallbackStep last = callback.getSteps(callback.getStepsCount() - 1);
      if (callback.getInvocationId().equals(invocation) && isFinal(last.getState())) {
        return last;
      }
    }
  }

  /**
   * Takes callbacks of an invocation, acknowledging none, until it is in this state; returns the
   * last of them. How steps are spread over callbacks is a matter of time, and of no test here.
   */
  Callback awaitState(String invocation, InvocationState state) {
    return await(
            request ->
                request.getCallback().getInvocationId().equals(invocation)
                    && request
                            .getCallback()
                            .getSteps(request.getCallback().getStepsCount() - 1)
                            .getState()
                        == state,
            invocation + " " + state)
        .getCallback();
  }

  void ack(Callback callback) {
    send(
        ConnectResponse.newBuilder()
            .setCallbackAck(CallbackAck.newBuilder().setThroughSequence(callback.getSequence()))
            .build());
  }

  void refuse(Callback callback, boolean forGood) {
    send(
        ConnectResponse.newBuilder()
            .setCallbackAck(
                CallbackAck.newBuilder()
                    .setThroughSequence(callback.getSequence())
                    .addRefusals(
                        CallbackRefusal.newBuilder()
                            .setSequence(callback.getSequence())
                            .setInvocationId(callback.getInvocationId())
                            .setFinal(forGood)))
            .build());
  }

  void fail(RuntimeException failure) {
    responses.onError(failure);
  }

  static Directive directive(String invocation, DirectiveVerb verb) {
    return Directive.newBuilder().setInvocationId(invocation).setVerb(verb).build();
  }

  static List<InvocationState> states(List<CallbackStep> steps) {
    return steps.stream().map(CallbackStep::getState).toList();
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  private static boolean isFinal(InvocationState state) {
    return switch (state) {
      case INVOCATION_STATE_SUCCEEDED,
          INVOCATION_STATE_FAILED,
          INVOCATION_STATE_TIMED_OUT,
          INVOCATION_STATE_CANCELLED,
          INVOCATION_STATE_REJECTED ->
          true;
      default -> false;
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.server.grpc.agent;

import com.google.protobuf.ByteString;
import dev.muster.proto.agent.v1.CallbackAck;
import dev.muster.proto.agent.v1.CallbackRefusal;
import dev.muster.proto.agent.v1.Cancel;
import dev.muster.proto.agent.v1.CatalogAck;
import dev.muster.proto.agent.v1.CatalogChange;
import dev.muster.proto.agent.v1.CatalogRefusal;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.DirectiveVerb;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.Prepare;
import dev.muster.proto.agent.v1.Reconcile;
import dev.muster.proto.agent.v1.Reconnect;
import dev.muster.proto.agent.v1.ReconnectReason;
import dev.muster.proto.agent.v1.Refusal;
import dev.muster.proto.agent.v1.ServerHeartbeat;
import dev.muster.proto.agent.v1.StreamLimits;
import dev.muster.proto.agent.v1.Tail;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.server.error.BusException;
import dev.muster.server.execution.Order;
import dev.muster.server.execution.RequestedBy;
import dev.muster.server.invocation.Invocation;
import dev.muster.server.invocation.InvocationId;
import dev.muster.server.node.Node;
import dev.muster.server.session.Directive;
import dev.muster.server.session.Outbox;
import dev.muster.server.session.SessionOutbound;
import dev.muster.wire.Limits;
import dev.muster.wire.Sha256;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one owner of a stream's way out: encodes, keeps what the stream cannot take in the outbox's
 * lanes, and writes it when it can. A reader that lets control messages gather without end is cut
 * off; the rest stays in the store.
 */
final class OutboundStream implements SessionOutbound {
  private static final StreamLimits LIMITS =
      StreamLimits.newBuilder()
          .setInlineOutputBytes(Limits.INLINE_OUTPUT_BYTES)
          .setUnacknowledgedCallbacks(Limits.UNACKNOWLEDGED_CALLBACKS)
          .setCatalogPageBytes(Limits.CATALOG_PAGE_BYTES)
          .setUploadOutput(true)
          .setMessageBytes(Limits.AGENT_MESSAGE_BYTES)
          .build();

  private static final int REQUEST_AT_ONCE = Limits.UNACKNOWLEDGED_CALLBACKS / 4;
  private static final String UNNEEDED = "The reservation is not needed any more.";

  private final ServerCallStreamObserver<ConnectResponse> observer;
  private final Node node;
  private final OrderBytes orders;
  private final String replica;
  private final Outbox<ConnectResponse> outbox = new Outbox<>();
  private boolean closed;
  private int owed; // messages that the agent may send and has not been told of

  OutboundStream(
      ServerCallStreamObserver<ConnectResponse> observer,
      Node node,
      OrderBytes orders,
      String replica) {
    this.observer = observer;
    this.node = node;
    this.orders = orders;
    this.replica = replica;
  }

  @Override
  public void welcome(Welcome welcome) {
    control(
        ConnectResponse.newBuilder()
            .setWelcome(
                dev.muster.proto.agent.v1.Welcome.newBuilder()
                    .setEpoch(welcome.epoch())
                    .setNodeId(node.id().toString())
                    .setNodeName(welcome.nodeName())
                    .setServerTime(Wire.timestamp(welcome.serverTime()))
                    .setHeartbeatInterval(Wire.duration(welcome.heartbeatInterval()))
                    .setCatalogWanted(welcome.catalogWanted())
                    .addAllDirectives(directives(welcome.directives()))
                    .setLimits(LIMITS)
                    .setReplicaId(replica)));
  }

  @Override
  public void reconcile(List<Directive> directives) {
    control(
        ConnectResponse.newBuilder()
            .setReconcile(Reconcile.newBuilder().addAllDirectives(directives(directives))));
  }

  private static List<dev.muster.proto.agent.v1.Directive> directives(List<Directive> directives) {
    return directives.stream()
        .map(
            directive ->
                dev.muster.proto.agent.v1.Directive.newBuilder()
                    .setInvocationId(directive.id().toString())
                    .setVerb(verb(directive.verb()))
                    .build())
        .toList();
  }

  private static DirectiveVerb verb(Directive.Verb verb) {
    return switch (verb) {
      case RESUME -> DirectiveVerb.DIRECTIVE_VERB_RESUME;
      case REPORT -> DirectiveVerb.DIRECTIVE_VERB_REPORT;
      case CANCEL -> DirectiveVerb.DIRECTIVE_VERB_CANCEL;
      case FORGET -> DirectiveVerb.DIRECTIVE_VERB_FORGET;
    };
  }

  @Override
  public void catalogAck(Sha256 digest, List<ChangedAction> changes, List<RefusedAction> refused) {
    CatalogAck.Builder ack = CatalogAck.newBuilder().setDigest(ByteString.copyFrom(digest.bytes()));
    changes.forEach(
        change ->
            ack.addChanges(
                CatalogChange.newBuilder()
                    .setAction(change.action())
                    .addAllFields(change.fields())));
    refused.forEach(
        entry ->
            ack.addRefused(
                CatalogRefusal.newBuilder()
                    .setAction(entry.action())
                    .setReason(ErrorReason.ERROR_REASON_CATALOG_INVALID)
                    .setMessage(entry.message())));
    control(ConnectResponse.newBuilder().setCatalogAck(ack));
  }

  @Override
  public void execute(Invocation invocation, Order order) {
    ConnectResponse message =
        ConnectResponse.newBuilder()
            .setExecute(
                Execute.newBuilder()
                    .setInvocationId(invocation.id().toString())
                    .setOrder(orders.of(order))
                    .setEpoch(invocation.epoch())
                    .setStartBefore(Wire.timestamp(invocation.startDeadline()))
                    .setPrepared(order.prepare().isAsked()))
            .build();
    dispatch(invocation.id(), message);
  }

  @Override
  public void prepare(Invocation invocation, Order order) {
    dispatch(
        invocation.id(),
        ConnectResponse.newBuilder()
            .setPrepare(
                orders.prepareOf(order).toBuilder().setInvocationId(invocation.id().toString()))
            .build());
  }

  private void dispatch(InvocationId id, ConnectResponse message) {
    if (outbox.isEmpty() && observer.isReady()) {
      write(message);
    } else {
      outbox.addDispatch(id, message);
    }
  }

  @Override
  public void release(InvocationId id) {
    control(
        ConnectResponse.newBuilder()
            .setCancel(Cancel.newBuilder().setInvocationId(id.toString()).setReason(UNNEEDED)));
  }

  @Override
  public boolean withdraw(InvocationId id) {
    return outbox.withdraw(id);
  }

  @Override
  public void acknowledge(Acknowledgement acknowledgement) {
    CallbackAck.Builder ack =
        CallbackAck.newBuilder()
            .setThroughSequence(acknowledgement.through())
            .addAllRepeatedSequences(acknowledgement.repeated());
    acknowledgement.refused().forEach(refused -> ack.addRefusals(refusal(refused)));
    control(ConnectResponse.newBuilder().setCallbackAck(ack));
  }

  private static CallbackRefusal refusal(RefusedCallback refused) {
    CallbackRefusal.Builder refusal =
        CallbackRefusal.newBuilder()
            .setSequence(refused.sequence())
            .setInvocationId(refused.invocationId())
            .setReason(Wire.reason(refused.refusal().reason()))
            .setMessage(refused.refusal().sentence())
            .setFinal(refused.isFinal());
    if (refused.state() != null) {
      refusal.setState(Wire.state(refused.state()));
    }
    refused.legalFrom().forEach(state -> refusal.addLegalFrom(Wire.state(state)));
    return refusal.build();
  }

  @Override
  public void cancel(InvocationId id, String reason, RequestedBy requestedBy, Instant expireTime) {
    control(
        ConnectResponse.newBuilder()
            .setCancel(
                Cancel.newBuilder()
                    .setInvocationId(id.toString())
                    .setReason(reason)
                    .setRequestedBy(Wire.requestedBy(requestedBy))
                    .setExpireTime(Wire.timestamp(expireTime))));
  }

  @Override
  public void tail(InvocationId id, boolean on) {
    control(
        ConnectResponse.newBuilder()
            .setTail(Tail.newBuilder().setInvocationId(id.toString()).setOn(on)));
  }

  @Override
  public void prepare(
      String requestId, String action, Instant answerBefore, RequestedBy requestedBy) {
    control(
        ConnectResponse.newBuilder()
            .setPrepare(
                Prepare.newBuilder()
                    .setRequestId(requestId)
                    .setAction(action)
                    .setAnswerBefore(Wire.timestamp(answerBefore))
                    .setRequestedBy(Wire.requestedBy(requestedBy))));
  }

  @Override
  public void heartbeat(Instant serverTime) {
    if (outbox.isEmpty()) { // Where something waits, it is a sign of life itself.
      control(
          ConnectResponse.newBuilder()
              .setHeartbeat(
                  ServerHeartbeat.newBuilder().setServerTime(Wire.timestamp(serverTime))));
    }
  }

  @Override
  public void reconnect(Duration after) {
    control(
        ConnectResponse.newBuilder()
            .setReconnect(
                Reconnect.newBuilder()
                    .setAfter(Wire.duration(after))
                    .setReason(ReconnectReason.RECONNECT_REASON_DRAIN)));
  }

  @Override
  public void refuse(BusException refusal) {
    control(
        ConnectResponse.newBuilder()
            .setRefusal(
                Refusal.newBuilder()
                    .setReason(Wire.reason(refusal.reason()))
                    .setMessage(refusal.sentence())
                    .putAllMetadata(refusal.metadata())));
  }

  private void control(ConnectResponse.Builder builder) {
    ConnectResponse message = builder.build();
    if (outbox.isEmpty() && observer.isReady()) {
      write(message);
    } else if (!outbox.offerControl(message)) {
      close(
          BusException.of(dev.muster.server.error.ErrorReason.PROTOCOL_VIOLATION)
              .message("The stream broke the protocol: it reads nothing.")
              .with("what", "reads nothing")
              .build());
    }
  }

  @Override
  public boolean isBehind() {
    return !outbox.isEmpty();
  }

  @Override
  public void drain() {
    while (observer.isReady()) {
      @Nullable ConnectResponse next = outbox.poll();
      if (next == null) {
        return;
      }
      write(next);
    }
  }

  private void write(ConnectResponse message) {
    if (!closed) {
      observer.onNext(message);
    }
  }

  @Override
  public void requestMore() {
    // Each request is a task of the event loop: a few at once, of a window four times as large.
    if (!closed && ++owed == REQUEST_AT_ONCE) {
      owed = 0;
      observer.request(REQUEST_AT_ONCE);
    }
  }

  @Override
  public void complete() {
    if (!closed) {
      closed = true;
      outbox.clear();
      observer.onCompleted();
    }
  }

  @Override
  public void close(BusException reason) {
    if (!closed) {
      closed = true;
      outbox.clear();
      observer.onError(reason);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.muster.agent.connection;

import dev.muster.agent.execution.StreamStart;
import dev.muster.agent.execution.UploadLine;
import dev.muster.agent.execution.WireTimes;
import dev.muster.agent.journal.InvocationId;
import dev.muster.agent.loop.Loop;
import dev.muster.agent.output.KeptOutput;
import dev.muster.proto.agent.v1.AgentHeartbeat;
import dev.muster.proto.agent.v1.AgentServiceGrpc;
import dev.muster.proto.agent.v1.AgentServiceGrpc.AgentServiceStub;
import dev.muster.proto.agent.v1.Callback;
import dev.muster.proto.agent.v1.CallbackAck;
import dev.muster.proto.agent.v1.ConnectRequest;
import dev.muster.proto.agent.v1.ConnectResponse;
import dev.muster.proto.agent.v1.Directive;
import dev.muster.proto.agent.v1.EpochConfirmed;
import dev.muster.proto.agent.v1.Execute;
import dev.muster.proto.agent.v1.JournalEntry;
import dev.muster.proto.agent.v1.KeyAccepted;
import dev.muster.proto.agent.v1.KeyOffer;
import dev.muster.proto.agent.v1.OutputChunk;
import dev.muster.proto.agent.v1.Progress;
import dev.muster.proto.agent.v1.Reconnect;
import dev.muster.proto.agent.v1.Welcome;
import dev.muster.proto.type.v1.ErrorReason;
import dev.muster.wire.CredentialFormatException;
import dev.muster.wire.Limits;
import dev.muster.wire.NodeSecretKey;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream, from Hello to its end. Everything that dies with the stream is a field of this.
 * Confined to the loop; the transport's calls are passed on to it, and no more messages are asked
 * for than have been dealt with.
 */
final class AgentStream {
  private static final Logger log = LoggerFactory.getLogger(AgentStream.class);
  private static final Duration WELCOME_PATIENCE = Duration.ofSeconds(30);
  private static final int MESSAGES_AHEAD = 16;

  /** Hears of the stream's two great moments, on the loop. */
  interface Owner {
    void onWelcome(AgentStream stream, Welcome welcome);

    void onReconnect(AgentStream stream, Reconnect reconnect);

    void onEnded(AgentStream stream, Throwable cause);
  }

  private final NodeParts parts;
  private final Loop loop;
  private final Owner owner;
  private final CallbackWindow window = new CallbackWindow();
  private final Undirected undirected = new Undirected();
  private final CatalogUpload catalog;
  private final Heartbeats heartbeats;

  private @Nullable AgentServiceStub stub;
  private @Nullable OutboundStream outbound;
  private @Nullable ClientCallStreamObserver<ConnectRequest> call;
  private long generation;
  private long epoch;
  private boolean welcomed;
  private boolean ended;

  AgentStream(NodeParts parts, Owner owner) {
    this.parts = parts;
    this.loop = parts.loop();
    this.owner = owner;
    this.catalog = new CatalogUpload(parts.catalog(), this::send);
    this.heartbeats = new Heartbeats(loop, this::sendHeartbeat, this::breakOffInSilence);
  }

  /** Opens the stream and says Hello. */
  void open(Channel channel, NodeSecretKey key) {
    AgentServiceStub opened = AgentServiceGrpc.newStub(Authorization.attach(channel, key));
    stub = opened;
    opened.connect(new FromServer());
    sayHello(key);
    heartbeats.heard();
    loop.after(
        WELCOME_PATIENCE,
        () -> {
          if (!welcomed) {
            breakOff("The server did not answer Hello.");
          }
        });
  }

  /** There is something new to report. */
  void report(InvocationId id) {
    if (!undirected.contains(id)) {
      window.mark(id);
      sendCallbacks();
    }
  }

  void progress(Progress progress) {
    if (welcomed) {
      sendIfReady(ConnectRequest.newBuilder().setProgress(progress).build());
    }
  }

  void output(OutputChunk chunk) {
    if (welcomed) {
      sendIfReady(ConnectRequest.newBuilder().setOutputChunk(chunk).build());
    }
  }

  /** The catalog may have changed. */
  void announceCatalog() {
    if (welcomed) {
      catalog.sendIfChanged();
    }
  }

  /** Returns whether all reports are durable. */
  boolean isDrained() {
    return !welcomed || (window.isEmpty() && !parts.runner().isUploading());
  }

  /** Ends the stream in good order. */
  void close() {
    if (outbound != null) {
      outbound.close();
    }
    ended = true;
    heartbeats.stop();
    parts.runner().sessionOver();
  }

  // Hello.

  private void sayHello(NodeSecretKey key) {
    StreamStart start = parts.runner().beginStream();
    generation = start.generation();
    List<List<JournalEntry>> pages = HelloPager.pages(start.journal());
    undirected.told(pages);
    HelloMessages.of(start, pages, parts.facts(), key, catalog.digestForHello(), loop.wallTime())
        .forEach(this::send);
  }

  private void onWelcome(Welcome welcome) {
    if (welcomed) {
      breakOff("The server said Welcome twice.");
      return;
    }
    if (welcome.hasServerTime()) {
      parts.clock().measured(WireTimes.instant(welcome.getServerTime()));
    }
    try {
      // On disk before anything is handed over: a Hello with less can only be a restored disk's.
      if (!parts.journal().confirmEpoch(generation, welcome.getEpoch())) {
        breakOff("A newer stream has taken over.");
        return;
      }
    } catch (IOException e) {
      log.error("The epoch cannot be stored.", e);
      breakOff("The epoch cannot be stored.");
      return;
    }
    welcomed = true;
    epoch = welcome.getEpoch();
    window.limit(welcome.getLimits().getUnacknowledgedCallbacks());
    send(
        ConnectRequest.newBuilder()
            .setEpochConfirmed(EpochConfirmed.newBuilder().setEpoch(epoch))
            .build());
    catalog.onWelcome(welcome);
    direct(welcome.getDirectivesList());
    heartbeats.start(welcome);
    parts
        .runner()
        .sessionStands(
            welcome.getLimits().getUploadOutput() ? Optional.of(this::upload) : Optional.empty());
    owner.onWelcome(this, welcome);
    sendCallbacks();
  }

  /** Deals with the next page of what Hello told. */
  private void direct(List<Directive> directives) {
    undirected.answered(
        directives,
        (id, verb, stepsTold) -> parts.runner().direct(generation, id, verb, stepsTold));
    parts.runner().startWaiting();
  }

  // Messages of the server.

  private void onMessage(ConnectResponse message) {
    if (ended) {
      return;
    }
    heartbeats.heard();
    boolean isWelcome = message.getMessageCase() == ConnectResponse.MessageCase.WELCOME;
    if (!welcomed && !isWelcome) {
      log.debug("{} before Welcome was passed over.", message.getMessageCase());
      return;
    }
    switch (message.getMessageCase()) {
      case EXECUTE -> onExecute(message.getExecute());
      case CALLBACK_ACK -> onCallbackAck(message.getCallbackAck());
      case HEARTBEAT -> {
        if (message.getHeartbeat().hasServerTime()) {
          parts.clock().heard(WireTimes.instant(message.getHeartbeat().getServerTime()));
          parts.runner().startWaiting();
        }
      }
      case PREPARE ->
          parts
              .runner()
              .prepare(
                  generation,
                  message.getPrepare(),
                  result -> send(ConnectRequest.newBuilder().setPrepareResult(result).build()));
      case CANCEL -> parts.runner().cancel(generation, message.getCancel());
      case WELCOME -> onWelcome(message.getWelcome());
      case RECONCILE -> direct(message.getReconcile().getDirectivesList());
      case CATALOG_ACK -> catalog.onAck(message.getCatalogAck());
      case TAIL -> parts.runner().tail(message.getTail());
      case RECONNECT -> owner.onReconnect(this, message.getReconnect());
      case KEY_OFFER -> onKeyOffer(message.getKeyOffer());
      case REFUSAL ->
          log.warn(
              "The server refused a message: {} {}",
              message.getRefusal().getReason(),
              message.getRefusal().getMessage());
      case MESSAGE_NOT_SET -> log.debug("A message of a newer server was passed over.");
    }
  }

  private void onExecute(Execute execute) {
    if (execute.getEpoch() != epoch) {
      log.atWarn()
          .addKeyValue("invocation", execute.getInvocationId())
          .log("EXECUTE of epoch {} came in epoch {}.", execute.getEpoch(), epoch);
      return;
    }
    parts.runner().execute(generation, execute);
  }

  private void onCallbackAck(CallbackAck ack) {
    CallbackWindow.Acknowledged acknowledged = window.acknowledge(ack);
    parts.runner().acknowledged(generation, acknowledged.stepsThrough());
    for (CallbackWindow.Refused refused : acknowledged.refusals()) {
      log.atWarn()
          .addKeyValue("invocation", refused.id())
          .log(
              "A callback was refused: {} {}",
              refused.refusal().getReason(),
              refused.refusal().getMessage());
      if (refused.refusal().getReason() == ErrorReason.ERROR_REASON_OUTPUT_DIGEST_MISMATCH) {
        window.takeBack(refused.id());
        parts.runner().outputMissing(refused.id());
      } else if (refused.refusal().getFinal()) {
        parts.runner().refusedForGood(generation, refused.id());
      }
    }
    sendCallbacks();
  }

  private void onKeyOffer(KeyOffer offer) {
    try {
      parts.identity().replaceKey(NodeSecretKey.parse(offer.getNodeSecretKey()));
    } catch (CredentialFormatException | IOException e) {
      log.error("The offered key {} cannot be taken.", offer.getKeyId(), e);
      return;
    }
    send(
        ConnectRequest.newBuilder()
            .setKeyAccepted(KeyAccepted.newBuilder().setKeyId(offer.getKeyId()))
            .build());
  }

  // Sending.

  private Runnable upload(
      InvocationId id, boolean stderr, KeptOutput output, Consumer<UploadLine.End> onEnd) {
    OutputUpload upload =
        new OutputUpload(
            id, stderr, output, parts.disk(), end -> loop.execute(() -> onEnd.accept(end)));
    upload.start(Objects.requireNonNull(stub));
    return upload::cancel;
  }

  private void sendCallbacks() {
    while (welcomed && !ended) {
      Optional<Callback> callback = window.next(parts.runner()::pending);
      if (callback.isEmpty()) {
        return;
      }
      send(ConnectRequest.newBuilder().setCallback(callback.get()).build());
    }
  }

  private void sendHeartbeat() {
    send(
        ConnectRequest.newBuilder()
            .setHeartbeat(
                AgentHeartbeat.newBuilder()
                    .setAgentTime(WireTimes.timestamp(loop.wallTime()))
                    .setRunning(parts.runner().running()))
            .build());
  }

  private void breakOffInSilence() {
    breakOff("The server missed " + Limits.MISSED_HEARTBEATS + " heartbeats.");
  }

  private void send(ConnectRequest message) {
    if (!ended && outbound != null && !outbound.trySend(message)) {
      breakOff("The server takes nothing any more.");
    }
  }

  private void sendIfReady(ConnectRequest message) {
    if (!ended && outbound != null) {
      outbound.sendIfReady(message);
    }
  }

  /** Ends the stream from this side because it is of no use any more. */
  private void breakOff(String why) {
    if (!ended) {
      if (call != null) {
        call.cancel(why, null);
      }
      end(Status.UNAVAILABLE.withDescription(why).asRuntimeException());
    }
  }

  private void end(Throwable cause) {
    if (!ended) {
      ended = true;
      heartbeats.stop();
      if (outbound != null) {
        outbound.abandon();
      }
      parts.runner().sessionOver();
      owner.onEnded(this, cause);
    }
  }

  /** The receiving side, called by the transport. */
  private final class FromServer
      implements ClientResponseObserver<ConnectRequest, ConnectResponse> {
    private @Nullable ClientCallStreamObserver<ConnectRequest> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<ConnectRequest> requests) {
      this.requests = requests;
      call = requests;
      OutboundStream made = new OutboundStream(requests);
      outbound = made;
      requests.disableAutoRequestWithInitial(MESSAGES_AHEAD);
      requests.setOnReadyHandler(() -> loop.execute(made::flush));
    }

    @Override
    public void onNext(ConnectResponse message) {
      loop.execute(
          () -> {
            try {
              onMessage(message);
            } finally {
              if (requests != null) {
                requests.request(1);
              }
            }
          });
    }

    @Override
    public void onError(Throwable failure) {
      loop.execute(() -> end(failure));
    }

    @Override
    public void onCompleted() {
      loop.execute(
          () ->
              end(
                  Status.UNAVAILABLE
                      .withDescription("The server ended the stream.")
                      .asRuntimeException()));
    }
  }
}
